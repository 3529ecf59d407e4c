// The time of a simulated log: it goes on at the pace of real time, and follows a wall clock that is ahead in steps. Knows
// no log.

/** A leap of the wall clock is followed so far at once, then again at the next look. */
const STEP_MS = 15 * 60_000

export interface LogTimeOptions {
  /** Milliseconds since 1970; jumps. */
  readonly wall: () => number
  /** Milliseconds that do not jump. */
  readonly elapsed: () => number
}

export class LogTime {
  readonly #options: LogTimeOptions
  #last: number
  #lastElapsed: number
  #reach: number

  constructor(options: LogTimeOptions) {
    this.#options = options
    this.#last = options.wall()
    this.#lastElapsed = options.elapsed()
    this.#reach = this.#last + STEP_MS
  }

  /** Milliseconds since 1970. */
  now(): number {
    const elapsed = this.#options.elapsed()
    const least = this.#last + elapsed - this.#lastElapsed
    this.#last = Math.max(least, Math.min(this.#options.wall(), this.#reach))
    this.#lastElapsed = elapsed
    return this.#last
  }

  /** Retention looks, once a while. */
  look(): void {
    this.#reach = this.now() + STEP_MS
  }
}
