// A rate with room for a burst: a token bucket. Knows no clock of its own and not what it limits.

/** So many seconds' worth may come at once: a page that has just connected asks for everything it needs. */
const BURST_SECONDS = 2

export class Rate {
  readonly perSecond: number
  #tokens: number
  #at: number

  /** `now`: monotonic milliseconds, here and below. */
  constructor(perSecond: number, now: number) {
    this.perSecond = perSecond
    this.#tokens = perSecond * BURST_SECONDS
    this.#at = now
  }

  /**
   * Takes `cost` and returns 0; or, when there is nothing, the milliseconds until there is. What costs more than there
   * is goes into debt: a large request is taken whole, and the next one waits longer.
   */
  take(now: number, cost = 1): number {
    const refilled = this.#tokens + ((now - this.#at) / 1000) * this.perSecond
    this.#tokens = Math.min(this.perSecond * BURST_SECONDS, refilled)
    this.#at = now
    if (this.#tokens < 1) return Math.ceil(((1 - this.#tokens) / this.perSecond) * 1000)
    this.#tokens -= cost
    return 0
  }
}
