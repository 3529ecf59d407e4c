// A rate for each of many callers, of whom those that were quiet are forgotten. Knows no address and no user.

import { Rate } from '../core/rate.ts'

/** Callers remembered before those that have been quiet are forgotten. */
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

  constructor(perSecond: number) {
    this.#perSecond = perSecond
  }

  /** Takes `cost` for a caller and returns 0; or, when it has used up its rate, the milliseconds to wait. */
  take(key: string, now: number, cost = 1): number {
    let caller = this.#callers.get(key)
    if (!caller) {
      if (this.#callers.size >= SWEEP_AT) this.#forgetQuiet(now)
      caller = { rate: new Rate(this.#perSecond, now), lastMs: now }
      this.#callers.set(key, caller)
    }
    caller.lastMs = now
    return caller.rate.take(now, cost)
  }

  #forgetQuiet(now: number): void {
    for (const [key, { lastMs }] of this.#callers) if (now - lastMs > QUIET_MS) this.#callers.delete(key)
  }
}
