// The time of a simulated log: it follows the wall clock, never backwards, and forwards in steps. Knows no log.

/** A leap of the wall clock is followed so far at once, then again at the next look. */
const STEP_MS = 15 * 60_000

export class LogTime {
  readonly #wall: () => number
  #last: number
  #reach: number

  constructor(wall: () => number) {
    this.#wall = wall
    this.#last = wall()
    this.#reach = this.#last + STEP_MS
  }

  /** Milliseconds since 1970. */
  now(): number {
    this.#last = Math.max(this.#last, Math.min(this.#wall(), this.#reach))
    return this.#last
  }

  /** Retention looks, once a while. */
  look(): void {
    this.#reach = this.now() + STEP_MS
  }
}
