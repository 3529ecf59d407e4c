// The log's own time: the wall clock, made safe to keep for ever. Knows no storage.
//
// A wall clock jumps: by hand, by a time server, by a laptop's sleep. Backwards the log's time never goes: it slows down to
// half the pace until the clock has caught up, so that ages and ttls go on meanwhile. Forwards it
// follows in steps; over a leap that is longer than machines sleep it waits, at the pace of real time, until the clock
// has stood by it: a year 2100 that lasts for minutes must not trim everything by age, and then stop the log's time for
// decades.

import type { Clock } from '../core/clock.ts'

const MINUTE_MS = 60 * 1000
const DAY_MS = 24 * 60 * MINUTE_MS
/** How far the log's time may run ahead of the last anchor. */
const MAX_LEAD_MS = 15 * MINUTE_MS
/** A leap beyond this is in doubt; one within it takes the steps about eleven minutes at most. */
const LEAP_MS = 7 * DAY_MS
/** Time servers correct a machine within minutes of its start. */
const BELIEVED_AFTER_MS = 10 * MINUTE_MS
/** A gateway that was off for longer than this is rarer than a machine without a battery for its clock. */
const LONG_STOP_MS = 30 * DAY_MS
/** This program was not written yet: such a clock is wrong. */
const WRITTEN_AT = Date.UTC(2026, 0, 1)

export interface LogClockOptions {
  readonly wall: Clock
  /** The newest time in the log; 0 when there is none. */
  readonly last: number
  /** Milliseconds that only ever grow, at the pace of real time. */
  readonly uptime: () => number
  /** Told what an operator should know of the clock, one sentence. */
  readonly onWarning: (message: string) => void
}

/** While the wall clock is behind. */
const SLOW_PACE = 1 / 2

/** A time from which the log's goes on at a pace of its own. */
interface Doubt {
  readonly from: number
  readonly since: number
}

/** Milliseconds since 1970 that never run backwards and never jump far. */
export class LogClock {
  readonly #options: LogClockOptions
  #last: number
  #anchor: number
  /** The wall clock is behind. */
  #lead: Doubt | null = null
  /** The wall clock has leapt while we ran. */
  #leap: Doubt | null = null
  /** It had leapt when we started: new messages are given its time, but old ones do not grow old by it at once. */
  #longStop: Doubt | null = null

  constructor(options: LogClockOptions) {
    const { wall, last, uptime } = options
    this.#options = options
    this.#last = Math.max(last, wall())
    this.#anchor = this.#last
    if (last > 0 && this.#last - last > LONG_STOP_MS) this.#longStop = { from: last, since: uptime() }
    this.#warnAtStart()
  }

  now(): number {
    const wall = this.#options.wall()
    if (wall - this.#last > LEAP_MS) return this.#waitOutLeap(wall)
    this.#leap = null
    if (wall < this.#last) return this.#slowDown()
    this.#lead = null
    this.#last = Math.max(this.#last, Math.min(wall, this.#anchor + MAX_LEAD_MS))
    return this.#last
  }

  /** The time by which messages are too old to be kept: behind `now` for the minutes after a start that is in doubt. */
  forAges(): number {
    const now = this.now()
    if (this.#longStop === null) return now
    const passed = this.#options.uptime() - this.#longStop.since
    if (passed < BELIEVED_AFTER_MS) return this.#longStop.from + passed
    this.#longStop = null
    return now
  }

  /** Retention calls this once a second: real changes of the clock, or a laptop's sleep, are followed in steps. */
  moveAnchor(): void {
    this.#anchor = this.now()
  }

  #slowDown(): number {
    const now = this.#options.uptime()
    this.#lead ??= { from: this.#last, since: now }
    const { from, since } = this.#lead
    this.#last = Math.max(this.#last, Math.floor(from + (now - since) * SLOW_PACE))
    return this.#last
  }

  #waitOutLeap(wall: number): number {
    const { uptime, onWarning } = this.#options
    const now = uptime()
    if (this.#leap === null) {
      this.#leap = { from: this.#last, since: now }
      onWarning(
        `The clock leapt ${days(wall - this.#last)} days ahead: if it stays there for 10 minutes the log follows, and messages older than their channel's age go; set the clock if it is wrong.`,
      )
    }
    const { from, since } = this.#leap
    const isBelieved = now - since >= BELIEVED_AFTER_MS
    this.#last = isBelieved ? wall : Math.max(this.#last, from + (now - since))
    if (isBelieved) this.#anchor = wall
    return this.#last
  }

  #warnAtStart(): void {
    const { wall, last, onWarning } = this.#options
    const now = wall()
    if (now < WRITTEN_AT) {
      onWarning(
        `The clock says ${new Date(now).toISOString()}, which cannot be: set it, or messages carry wrong times and are kept for too long or too short.`,
      )
    } else if (last - now > DAY_MS) {
      onWarning(
        `The log's newest message is ${days(last - now)} days in the future: a clock was wrong. Until then the log's time goes at half the pace, and ages and ttls last twice as long; set the clock, or move the data folder away to start anew.`,
      )
    } else if (this.#longStop) {
      onWarning(
        `The log's newest message is ${days(now - last)} days old: if the clock is right, messages older than their channel's age go in 10 minutes; if it is wrong, set it before.`,
      )
    }
  }
}

function days(ms: number): number {
  return Math.round(ms / DAY_MS)
}
