// The audience: raw sockets that count bytes and parse nothing, so that reading costs less than writing. One of them, the
// witness, keeps what it receives; every other must have received exactly as many bytes. Knows no protocol.

import { connect } from 'node:net'
import { numbersIn } from './message-text.ts'
import type { Wire } from './target.ts'

/** Connections opened at once: fewer than a listener's backlog holds. */
const OPEN_AT_ONCE = 100
const READ_BUFFER_BYTES = 64 * 1024
const WITNESS = 0

export class Subscribers {
  readonly #bytes: Float64Array
  readonly #sockets: ReturnType<typeof connect>[] = []
  /** One for all sockets: nothing is kept of what is read. */
  readonly #buffer = Buffer.allocUnsafe(READ_BUFFER_BYTES)
  #total = 0
  #testimony: string[] = []
  #lost: Error | null = null
  #onRead: () => void = () => {}

  constructor(count: number) {
    this.#bytes = new Float64Array(count)
  }

  get count(): number {
    return this.#bytes.length
  }

  /** Subscribes all of them; resolves when each has been told that it is. */
  async open(wire: Wire): Promise<void> {
    for (let from = 0; from < this.count; from += OPEN_AT_ONCE) {
      const group = Array.from({ length: Math.min(OPEN_AT_ONCE, this.count - from) }, (_, at) => from + at)
      await Promise.all(group.map(index => this.#open(index, wire)))
    }
    this.startCount()
  }

  /** Forgets what was received so far. */
  startCount(): void {
    this.#bytes.fill(0)
    this.#total = 0
    this.#testimony = []
  }

  /** Resolves when every subscriber has every message of a range; rejects when that does not come true in time. */
  async haveAll(first: number, count: number, deadlineMs: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const timer = setTimeout(() => reject(new Error(this.#missing(count))), deadlineMs)
    this.#onRead = () => {
      if (this.#lost) reject(this.#lost)
      else if (this.#isComplete(first, count)) resolve()
    }
    this.#onRead()
    try {
      await promise
    } finally {
      clearTimeout(timer)
      this.#onRead = () => {}
    }
  }

  close(): void {
    for (const socket of this.#sockets) socket.removeAllListeners('close').destroy()
  }

  #open(index: number, wire: Wire): Promise<void> {
    return new Promise((resolve, reject) => {
      let opening: string | null = ''
      const onBytes = (bytes: number, buffer: Uint8Array): boolean => {
        if (opening === null) this.#count(index, bytes, buffer)
        else {
          opening += Buffer.from(buffer.buffer, buffer.byteOffset, bytes).toString('latin1')
          if (opening.includes(wire.ready)) {
            opening = null
            resolve()
          }
        }
        return true
      }
      const onread = { buffer: this.#buffer, callback: onBytes }
      const socket = connect({ port: wire.port, host: '127.0.0.1', onread }, () =>
        socket.write(wire.subscribe),
      )
      socket.on('error', reject)
      socket.on('close', () => {
        this.#lost = new Error(`The server closed subscriber ${index}.`)
        reject(new Error(`Subscriber ${index} was not let in: ${opening}`))
        this.#onRead()
      })
      this.#sockets[index] = socket
    })
  }

  #count(index: number, bytes: number, buffer: Uint8Array): void {
    this.#bytes[index]! += bytes
    this.#total += bytes
    if (index === WITNESS) this.#testimony.push(Buffer.from(buffer.subarray(0, bytes)).toString('latin1'))
    this.#onRead()
  }

  #isComplete(first: number, count: number): boolean {
    const expected = this.#bytes[WITNESS]!
    if (this.#total !== expected * this.count) return false
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
