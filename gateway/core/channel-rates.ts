// How much is published to each channel lately. Knows no messages, and forgets channels that fell silent.

/** A rate is of the last one to two of these: long enough to be calm, short enough to follow what happens. */
const SLICE_MS = 5000

/** Two slices of counts: memory is bounded by what was published to within ten seconds, whatever came before. */
export class ChannelRates {
  readonly #now: () => number
  #current = new Map<string, number>()
  #previous = new Map<string, number>()
  #sliceStart: number

  /** `now` in monotonic milliseconds. */
  constructor(now: () => number) {
    this.#now = now
    this.#sliceStart = now()
  }

  /** Counts one message of a channel. */
  note(channel: string): void {
    this.#turn()
    this.#current.set(channel, (this.#current.get(channel) ?? 0) + 1)
  }

  /** Messages a second over the last five to ten seconds, with one decimal. */
  perSecond(channel: string): number {
    this.#turn()
    const count = (this.#current.get(channel) ?? 0) + (this.#previous.get(channel) ?? 0)
    if (count === 0) return 0
    const overMs = SLICE_MS + this.#now() - this.#sliceStart
    return Math.max(0.1, Math.round((count / overMs) * 10_000) / 10)
  }

  #turn(): void {
    const now = this.#now()
    const past = now - this.#sliceStart
    if (past < SLICE_MS) return
    this.#previous = past < 2 * SLICE_MS ? this.#current : new Map()
    this.#current = new Map()
    this.#sliceStart = past < 2 * SLICE_MS ? this.#sliceStart + SLICE_MS : now
  }
}
