// A crowd that is cut off and comes back: each client checks that it gets what it missed, all of it, in order.

import { quantile } from '../figures.ts'
import { messageText, numbersIn, TextCarry } from '../message-text.ts'
import type { Address, Wire } from '../wires/wire.ts'
import { wireTo } from '../wires/wires.ts'
import { Arrival } from './arrival.ts'
import type { Gathered } from './load-orders.ts'
import { Publisher } from './publishers.ts'
import { forEachOf, openClient, type RawClient } from './raw-client.ts'

const FIRST_MESSAGE_DEADLINE_MS = 60_000

export class Returning {
  readonly #address: Address
  readonly #wire: Wire
  readonly #channel: string
  /** What each client received in its first life. */
  readonly #received: string[]
  #clients: RawClient[] = []
  #answer = ''
  #firstMissed = 0
  #missed = 0

  constructor(address: Address, { channel, clients }: { channel: string; clients: number }) {
    this.#address = address
    this.#wire = wireTo(address)
    this.#channel = channel
    this.#received = Array.from({ length: clients }, () => '')
  }

  /** Lets all have one message, cuts them off, and publishes what they miss. Returns the next message's number. */
  async scatter(first: number, missed: number): Promise<number> {
    const arrival = await this.#openAll()
    const publisher = await Publisher.open(this.#address.port)
    const publish = (number: number): Promise<string> =>
      publisher.send(this.#wire.publish([{ channel: this.#channel, data: messageText(number) }]))
    this.#answer = await publish(first)
    const mark = `n=${first};`
    const isDone = (): boolean => this.#received.every(text => text.includes(mark))
    await arrival.until(isDone, FIRST_MESSAGE_DEADLINE_MS, () => 'The first message did not reach everybody.')
    for (const client of this.#clients) client.close()
    this.#firstMissed = first + 1
    this.#missed = missed
    for (let number = first + 1; number <= first + missed; number += 1) await publish(number)
    publisher.close()
    return first + missed + 1
  }

  /** All come back, as fast as their connects are answered; resolves when the last has what it missed. */
  async gather(deadlineMs: number): Promise<Gathered> {
    const cpuBefore = process.cpuUsage()
    const startedAt = performance.now()
    const doneAfterMs: number[] = []
    const arrival = new Arrival()
    const openings: Promise<RawClient>[] = []
    const gathering = forEachOf(this.#received.length, async index => {
      const { promise: answered, resolve } = Promise.withResolvers<void>()
      const reader = new MissedReader(this.#firstMissed, this.#missed)
      const onChunk = (chunk: Buffer): void => {
        resolve()
        if (reader.isDone) return
        const wrong = reader.read(chunk)
        if (wrong !== null) arrival.lose(wrong)
        if (reader.isDone) doneAfterMs.push(performance.now() - startedAt)
        arrival.note()
      }
      openings.push(this.#open(this.#resumption(index), arrival, onChunk))
      await answered
    })
    const isDone = (): boolean => doneAfterMs.length === this.#received.length
    const missing = (): string =>
      `${doneAfterMs.length} of ${this.#received.length} clients have what they missed.`
    await Promise.all([gathering, arrival.until(isDone, deadlineMs, missing)])
    const { user, system } = process.cpuUsage(cpuBefore)
    for (const client of await Promise.all(openings)) client.close()
    const sorted = doneAfterMs.toSorted((a, b) => a - b)
    return {
      seconds: sorted.at(-1)! / 1000,
      cpuSeconds: (user + system) / 1e6,
      p50Ms: quantile(sorted, 0.5),
      p99Ms: quantile(sorted, 0.99),
    }
  }

  async #openAll(): Promise<Arrival> {
    const arrival = new Arrival()
    this.#clients = []
    await forEachOf(this.#received.length, async index => {
      const onChunk = (chunk: Buffer): void => {
        this.#received[index]! += chunk.toString('latin1')
        arrival.note()
      }
      this.#clients.push(await this.#open(this.#wire.subscribe(this.#channel), arrival, onChunk))
    })
    return arrival
  }

  #open(opening: ReturnType<Wire['subscribe']>, arrival: Arrival, onChunk: (chunk: Buffer) => void) {
    const onLost = (error: Error): void => arrival.lose(error)
    return openClient({ port: this.#address.port, opening, onChunk, onLost })
  }

  #resumption(index: number) {
    return this.#wire.resume(this.#channel, { received: this.#received[index]!, answer: this.#answer })
  }
}

/** Reads the numbers that one client missed. */
class MissedReader {
  readonly #carry = new TextCarry()
  readonly #end: number
  #next: number

  constructor(first: number, count: number) {
    this.#next = first
    this.#end = first + count
  }

  get isDone(): boolean {
    return this.#next === this.#end
  }

  /** What is wrong with this chunk's numbers; null when each is the next. */
  read(chunk: Buffer): Error | null {
    for (const number of this.#carry.read(chunk, numbersIn)) {
      if (number !== this.#next) return new Error(`A client got message ${number} instead of ${this.#next}.`)
      this.#next += 1
    }
    return null
  }
}
