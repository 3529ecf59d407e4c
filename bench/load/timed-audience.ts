// Everybody on one channel, reading from each message when it was sent: sender and readers are one process with one clock.

import { sentTimesIn, TextCarry } from '../message-text.ts'
import type { Wire } from '../wires/wire.ts'
import { Arrival } from './arrival.ts'
import type { Audience } from './audience.ts'
import { forEachOf, openClient } from './raw-client.ts'

export class TimedAudience implements Audience {
  readonly #channel: string
  readonly #count: number
  readonly #arrival = new Arrival()
  #latenciesMs: number[] = []

  constructor(channel: string, count: number) {
    this.#channel = channel
    this.#count = count
  }

  /** From the moment a message was due until a reader had it, for every delivery of this count. */
  get latenciesMs(): readonly number[] {
    return this.#latenciesMs
  }

  async open(port: number, wire: Wire): Promise<void> {
    await forEachOf(this.#count, async () => {
      const carry = new TextCarry()
      const onChunk = (chunk: Buffer): void => {
        const now = performance.now()
        for (const sent of carry.read(chunk, sentTimesIn)) this.#latenciesMs.push(now - sent)
        this.#arrival.note()
      }
      const onLost = (error: Error): void => this.#arrival.lose(error)
      await openClient({ port, opening: wire.subscribe(this.#channel), onChunk, onLost })
    })
    this.startCount()
  }

  startCount(): void {
    this.#latenciesMs = []
  }

  haveAll(_first: number, count: number, deadlineMs: number): Promise<void> {
    const expected = count * this.#count
    const missing = (): string => `Of ${expected} deliveries ${this.#latenciesMs.length} arrived.`
    return this.#arrival.until(() => this.#latenciesMs.length === expected, deadlineMs, missing)
  }
}
