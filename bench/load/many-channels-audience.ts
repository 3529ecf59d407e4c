// One reader on each of many channels: together they count the messages' marks. Knows no protocol.

import { MarkCounter } from '../message-text.ts'
import type { Wire } from '../wires/wire.ts'
import { Arrival } from './arrival.ts'
import type { Audience } from './audience.ts'
import { forEachOf, openClient } from './raw-client.ts'

export class ManyChannelsAudience implements Audience {
  readonly #channels: readonly string[]
  readonly #arrival = new Arrival()
  #counters: MarkCounter[] = []
  #total = 0

  constructor(channels: readonly string[]) {
    this.#channels = channels
  }

  async open(port: number, wire: Wire): Promise<void> {
    this.#counters = this.#channels.map(() => new MarkCounter())
    await forEachOf(this.#channels.length, async index => {
      const counter = this.#counters[index]!
      const onChunk = (chunk: Buffer): void => {
        this.#total += counter.count(chunk)
        this.#arrival.note()
      }
      const onLost = (error: Error): void => this.#arrival.lose(error)
      await openClient({ port, opening: wire.subscribe(this.#channels[index]!), onChunk, onLost })
    })
    this.startCount()
  }

  startCount(): void {
    this.#total = 0
  }

  haveAll(_first: number, count: number, deadlineMs: number): Promise<void> {
    const missing = (): string => `Of ${count} messages ${this.#total} arrived.`
    return this.#arrival.until(() => this.#total === count, deadlineMs, missing)
  }
}
