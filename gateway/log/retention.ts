// Retention: the pass that lets messages, idempotency keys and idle channels go when their time has come (rule N4).
// It works in small steps between the ticks, so that no step holds the event loop for long. Knows no followers.

import type { Statement } from 'better-sqlite3'
import type { Retention } from '../core/history.ts'
import type { IdempotencyKeys } from './idempotency.ts'
import type { Ledger } from './ledger.ts'
import type { LogClock } from './log-clock.ts'
import type { Keep, Trim } from './trim.ts'

export interface RetentionOptions {
  readonly ledger: Ledger
  readonly trim: Trim
  readonly keys: IdempotencyKeys
  readonly clock: LogClock
  readonly maxBytes: number
  readonly retention: (channel: string) => Retention
  /** Pause between two passes; none between two steps is longer. */
  readonly everyMs: number
  /** Told how each step that wrote something ended. */
  readonly onWritten: (error: Error | null) => void
}

/** A channel's figures with the oldest row it has, hidden ones included. */
interface Candidate {
  id: number
  name: string
  trimmed: number
  lastTime: number
  count: number
  bytes: number
  oldestSeq: number | null
  oldestTime: number | null
}

// A step looks at this many channels (1 ms) and deletes about as many rows (3–8 ms). With the shortest pause it looks at
// 1.5 million channels a minute and clears a quarter of a million, which keeps "exact within 60 s" true.
const STEP = 500
const PAUSE_MS = 20
// A pass that finds nothing to do takes up to this long, by the number of its steps the last time; one that takes longer,
// because there are more channels than then, goes on with the shortest pause. Looking at 5,000 channels every second was
// 6 % of the CPU of a busy gateway.
const PASS_MS = 20_000
// What a channel that is due costs besides its rows, in rows: its figures are found and written.
const CHANNEL_COST = 4
// Dropping a row raises the floor for all channels without one: only rows whose past hardly anyone resumes from go.
const IDLE_MS = 24 * 60 * 60 * 1000

export class RetentionPass {
  readonly #options: RetentionOptions
  readonly #candidates: Statement<[number], Candidate>
  /** The channels up to this id have been seen in this pass. */
  #seen = 0
  #steps = 0
  #passBegan = performance.now()
  #stepPauseMs = PAUSE_MS
  #timer: NodeJS.Timeout | null = null
  #hurried = false

  constructor(options: RetentionOptions) {
    this.#options = options
    this.#candidates = options.ledger.db.prepare(
      `SELECT channel.id, name, trimmed_seq AS trimmed, last_time AS lastTime, count, bytes,
         message.seq AS oldestSeq, message.time AS oldestTime
       FROM channel LEFT JOIN message
         ON message.seq = (SELECT min(seq) FROM message WHERE channel_id = channel.id)
       WHERE channel.id > ? ORDER BY channel.id LIMIT ${STEP}`,
    )
  }

  /** Starts the passes; returns the stop. */
  start(): () => void {
    const { clock, everyMs } = this.#options
    this.#schedule(everyMs)
    const anchoring = setInterval(() => clock.moveAnchor(), everyMs).unref()
    return () => {
      clearInterval(anchoring)
      if (this.#timer) clearTimeout(this.#timer)
      this.#timer = null
    }
  }

  /** The log has outgrown its bytes: do not wait for the next pass. */
  hurry(): void {
    if (this.#hurried || !this.#timer) return
    this.#hurried = true
    clearTimeout(this.#timer)
    this.#schedule(PAUSE_MS)
  }

  #schedule(delayMs: number): void {
    this.#timer = setTimeout(() => {
      this.#hurried = false
      this.#schedule(Math.min(this.#step(), this.#options.everyMs))
    }, delayMs).unref()
  }

  /** One slice of a pass; returns the pause until the next one, `everyMs` at the most. */
  #step(): number {
    const { trim, keys, clock, ledger, maxBytes, everyMs, onWritten } = this.#options
    const now = clock.forAges()
    try {
      ledger.settle()
      const expired = trim.findExpired(now, STEP)
      const claims = keys.findExpired(now, STEP)
      const candidates = this.#candidates.all(this.#seen)
      const due = candidates.filter(candidate => this.#isDue(candidate, now))
      const isOver = ledger.bytes > maxBytes
      if (expired.length === 0 && claims.count === 0 && due.length === 0 && !isOver) {
        return this.#advance(candidates)
      }
      const unfinished = ledger.transact(() => {
        trim.expired(expired)
        keys.deleteUpTo(claims.last)
        const removed = isOver ? trim.toBytes(maxBytes, STEP) : 0
        return this.#settle(due, now, STEP - removed)
      })
      onWritten(null)
      if (unfinished) {
        this.#seen = unfinished.id - 1
        return PAUSE_MS
      }
      const pauseMs = this.#advance(candidates)
      const isFull = expired.length === STEP || claims.count === STEP || ledger.bytes > maxBytes
      return isFull ? PAUSE_MS : pauseMs
    } catch (error) {
      onWritten(error as Error)
      return everyMs
    }
  }

  /** Works the due channels off, about `budget` rows; returns the channel at which it stopped, if any was left. */
  #settle(due: readonly Candidate[], now: number, budget: number): Candidate | undefined {
    const { ledger, trim } = this.#options
    let left = budget
    for (const candidate of due) {
      if (left <= 0) return candidate
      left -= CHANNEL_COST
      const row = ledger.get(candidate.id)
      if (this.#isIdle(candidate, now)) {
        ledger.drop(row)
        continue
      }
      const { oldestSeq, trimmed } = candidate
      const isHiding = oldestSeq !== null && oldestSeq <= trimmed
      const limit = Math.max(left, 1)
      const removed = trim.channel(row, this.#keep(row.name, now), now, limit)
      const deleted = isHiding ? trim.hidden(row, limit) : 0
      // At the limit there may be more of the same.
      if (Math.max(removed, deleted) === limit) return candidate
      left -= removed + deleted
    }
    return undefined
  }

  /** These have been seen; returns the pause until the next. */
  #advance(candidates: readonly Candidate[]): number {
    this.#steps += 1
    if (candidates.length === STEP) {
      this.#seen = candidates.at(-1)!.id
      return performance.now() - this.#passBegan > PASS_MS ? PAUSE_MS : this.#stepPauseMs
    }
    this.#stepPauseMs = Math.max(PAUSE_MS, PASS_MS / this.#steps)
    this.#seen = 0
    this.#steps = 0
    this.#passBegan = performance.now()
    return this.#options.everyMs
  }

  #isDue(candidate: Candidate, now: number): boolean {
    const { name, trimmed, count, bytes, oldestSeq, oldestTime } = candidate
    if (oldestSeq === null || oldestTime === null) return this.#isIdle(candidate, now)
    const keep = this.#keep(name, now)
    return (
      oldestSeq <= trimmed ||
      count > keep.messages ||
      (bytes > keep.bytes && count > 1) ||
      oldestTime <= keep.notAfter
    )
  }

  #isIdle({ oldestSeq, lastTime }: Candidate, now: number): boolean {
    return oldestSeq === null && now - lastTime >= IDLE_MS
  }

  /** A channel that has lost its history by a new rule keeps nothing. */
  #keep(channel: string, now: number): Keep {
    const kept = this.#options.retention(channel)
    if (!kept) return { messages: 0, bytes: 0, notAfter: now }
    return {
      messages: kept.messages,
      bytes: kept.bytes ?? Number.POSITIVE_INFINITY,
      notAfter: now - kept.ageMs,
    }
  }
}
