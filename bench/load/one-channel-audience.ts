// Everybody on one channel: they count bytes and parse nothing, so that reading costs less than writing. One of them, the
// witness, keeps what it receives; every other must have received exactly as many bytes. Knows no protocol.

import { numbersIn } from '../message-text.ts'
import type { Wire } from '../wires/wire.ts'
import { Arrival } from './arrival.ts'
import type { Audience } from './audience.ts'
import { forEachOf, openClient } from './raw-client.ts'

const WITNESS = 0

export class OneChannelAudience implements Audience {
  readonly #channel: string
  readonly #bytes: Float64Array
  readonly #arrival = new Arrival()
  #total = 0
  #testimony: string[] = []

  constructor(channel: string, count: number) {
    this.#channel = channel
    this.#bytes = new Float64Array(count)
  }

  async open(port: number, wire: Wire): Promise<void> {
    await forEachOf(this.#bytes.length, async index => {
      const onChunk = (chunk: Buffer): void => this.#count(index, chunk)
      const onLost = (error: Error): void => this.#arrival.lose(error)
      await openClient({ port, opening: wire.subscribe(this.#channel), onChunk, onLost })
    })
    this.startCount()
  }

  startCount(): void {
    this.#bytes.fill(0)
    this.#total = 0
    this.#testimony = []
  }

  haveAll(first: number, count: number, deadlineMs: number): Promise<void> {
    const isDone = (): boolean => this.#isComplete(first, count)
    return this.#arrival.until(isDone, deadlineMs, () => this.#missing(count))
  }

  #count(index: number, chunk: Buffer): void {
    this.#bytes[index]! += chunk.length
    this.#total += chunk.length
    if (index === WITNESS) this.#testimony.push(chunk.toString('latin1'))
    this.#arrival.note()
  }

  #isComplete(first: number, count: number): boolean {
    const expected = this.#bytes[WITNESS]!
    if (this.#total !== expected * this.#bytes.length) return false
    const numbers = numbersIn(this.#testimony.join(''))
    const distinct = new Set(numbers.filter(number => number >= first && number < first + count))
    return distinct.size === count && numbers.length === count && this.#bytes.every(each => each === expected)
  }

  #missing(count: number): string {
    const received = numbersIn(this.#testimony.join('')).length
    const different = this.#bytes.filter(each => each !== this.#bytes[WITNESS]).length
    return `Of ${count} messages the witness has ${received}; ${different} subscribers have not as many bytes as it has.`
  }
}
