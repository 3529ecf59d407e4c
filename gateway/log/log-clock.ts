// The log's own time: the wall clock, made safe to keep for ever. Knows no storage.

import type { Clock } from '../core/clock.ts'

// How far the log's time may run ahead of the last anchor: a wall clock that jumps to the year 2100 and back, while the
// gateway runs, would otherwise trim everything by age, and then stand still for decades. A clock that is wrong when the
// gateway starts is believed: it cannot be told from one that was off for years.
const MAX_LEAD_MS = 15 * 60 * 1000

/** Milliseconds since 1970 that never run backwards and never jump far. */
export class LogClock {
  readonly #wall: Clock
  #last: number
  #anchor: number

  /** `last`: the newest time in the log. */
  constructor(wall: Clock, last: number) {
    this.#wall = wall
    this.#last = Math.max(last, wall())
    this.#anchor = this.#last
  }

  now(): number {
    const reachable = Math.min(this.#wall(), this.#anchor + MAX_LEAD_MS)
    if (reachable > this.#last) this.#last = reachable
    return this.#last
  }

  /** How far the log's time is ahead of the wall clock: what a start with a wrong clock left behind. */
  get leadMs(): number {
    return Math.max(0, this.#last - this.#wall())
  }

  /** Retention calls this once a pass (a second): real changes of the clock, or a laptop's sleep, are followed in steps. */
  moveAnchor(): void {
    this.#anchor = this.now()
  }
}
