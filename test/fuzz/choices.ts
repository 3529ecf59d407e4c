// The choices of one episode, all from its seed and number, so that any episode can be run again alone. Knows no protocol.

import { randomFrom } from '../harness/seed.ts'

export class Choices {
  readonly #random: () => number

  constructor(seed: number, episode: number) {
    this.#random = randomFrom(seed ^ Math.imul(episode + 1, 0x9e3779b1))
  }

  chance(probability: number): boolean {
    return this.#random() < probability
  }

  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number {
    return min + Math.floor(this.#random() * (max - min + 1))
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.#random() * list.length)]!
  }

  bytes(length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length)
    for (let index = 0; index < length; index++) bytes[index] = this.#random() * 256
    return bytes
  }

  /** A list of `length` items, each made anew. */
  list<T>(length: number, make: () => T): T[] {
    return Array.from({ length }, make)
  }

  /** `bytes` with a few of them flipped, removed, doubled or replaced. */
  damage(bytes: Buffer): Buffer {
    let damaged = bytes
    for (let left = this.int(1, 3); left > 0; left--) {
      const at = this.int(0, damaged.length)
      const end = Math.min(damaged.length, at + this.int(1, 8))
      const piece = this.pick([
        () => this.bytes(this.int(1, 4)),
        () => Buffer.alloc(0),
        () => Buffer.concat([damaged.subarray(at, end), damaged.subarray(at, end)]),
        () =>
          Buffer.from(
            this.pick(['\0', '\r', '\n', '\r\n\r\n', '"', '{', '}', ',', '\\', '\xff', ' ']),
            'latin1',
          ),
      ])()
      damaged = Buffer.concat([damaged.subarray(0, at), piece, damaged.subarray(end)])
    }
    return damaged
  }
}
