// A rate for each of many callers, of whom those that were quiet are forgotten. Knows no address and no user.
//
// Libraries count the requests of a fixed window in front of a route. What is limited here is messages (an array holds a
// thousand), also those that come as WebSocket frames, and the answer has to name the wait: a token bucket of 30 lines.

import { Rate } from '../core/rate.ts'

/** Callers remembered before those that have been quiet are forgotten for the first time. */
const SWEEP_AT = 10_000
/** Long enough to pay off the largest request at the lowest sensible rate. */
const QUIET_MS = 60_000

interface Caller {
  readonly rate: Rate
  lastMs: number
}

export class KeyedRates {
  readonly #perSecond: number
  readonly #callers = new Map<string, Caller>()
  #sweepAt = SWEEP_AT

  constructor(perSecond: number) {
    this.#perSecond = perSecond
  }

  /** Takes `cost` for a caller and returns 0; or, when it has used up its rate, the milliseconds to wait. */
  take(key: string, now: number, cost = 1): number {
    let caller = this.#callers.get(key)
    if (!caller) {
      if (this.#callers.size >= this.#sweepAt) this.#forgetQuiet(now)
      caller = { rate: new Rate(this.#perSecond, now), lastMs: now }
      this.#callers.set(key, caller)
    }
    caller.lastMs = now
    return caller.rate.take(now, cost)
  }

  #forgetQuiet(now: number): void {
    for (const [key, { lastMs }] of this.#callers) if (now - lastMs > QUIET_MS) this.#callers.delete(key)
    // A flood of addresses must not make each of them pay for a look at all the others.
    this.#sweepAt = Math.max(SWEEP_AT, 2 * this.#callers.size)
  }
}
