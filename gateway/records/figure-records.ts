// The figures of the charts in SQLite: a quarter of an hour by the second, a day by the minute. Knows no counters.

import type { Database, Statement } from 'better-sqlite3'
import type { FigurePoint, FigureStepMs, FigureStore } from '../core/figure-store.ts'
import { foldPoints } from './figure-fold.ts'
import { writeLightly } from './light-write.ts'

const SECOND_MS = 1000
const MINUTE_MS = 60_000

/** A minute more than is shown, so that what is drawn ends beyond the edge. */
const KEPT_MS = { [SECOND_MS]: 16 * MINUTE_MS, [MINUTE_MS]: (24 * 60 + 1) * MINUTE_MS }

export class FigureRecords implements FigureStore {
  readonly #db: Database
  readonly #insert: Statement
  readonly #seconds: Statement<unknown[], FigureRow>

  constructor(db: Database) {
    this.#db = db
    this.#insert = db.prepare(
      `INSERT OR REPLACE INTO figure (step, time, websocket, sse, published, delivered, publish_p99_ms, lag_ms, rss_bytes,
         log_bytes, kept_ms, recovered, gaps, disconnects)
       VALUES (@step, @time, @websocket, @sse, @published, @delivered, @publishP99Ms, @lagMs, @rssBytes,
         @logBytes, @keptMs, @recovered, @gaps, @disconnects)`,
    )
    this.#seconds = db.prepare(
      `SELECT * FROM figure WHERE step = ${SECOND_MS} AND time >= ? AND time < ? ORDER BY time`,
    )
  }

  append(points: readonly FigurePoint[]): void {
    if (points.length > 0) writeLightly(this.#db, () => this.#writeAll(points))
  }

  read(stepMs: FigureStepMs, from: number): FigurePoint[] {
    return this.#db
      .prepare<unknown[], FigureRow>('SELECT * FROM figure WHERE step = ? AND time >= ? ORDER BY time')
      .all(stepMs, from)
      .map(toPoint)
  }

  #writeAll(points: readonly FigurePoint[]): void {
    const minutes = new Set<number>()
    for (const point of points) {
      this.#put(SECOND_MS, point)
      minutes.add(Math.floor(point.time / MINUTE_MS) * MINUTE_MS)
    }
    // Anew from its seconds each time: a minute in which the gateway was restarted holds those of both lives.
    for (const minute of minutes) {
      const seconds = this.#seconds.all(minute, minute + MINUTE_MS).map(toPoint)
      this.#put(MINUTE_MS, foldPoints(minute, seconds))
    }
    this.#trim(points.at(-1)!.time)
  }

  #put(stepMs: FigureStepMs, { disconnects, ...point }: FigurePoint): void {
    this.#insert.run({ step: stepMs, ...point, disconnects: JSON.stringify(disconnects) })
  }

  /** Also what lies ahead: once the clock was set back it would never be reached. */
  #trim(now: number): void {
    const remove = this.#db.prepare('DELETE FROM figure WHERE step = ? AND (time < ? OR time > ?)')
    for (const stepMs of [SECOND_MS, MINUTE_MS] as const) remove.run(stepMs, now - KEPT_MS[stepMs], now)
  }
}

interface FigureRow {
  readonly time: number
  readonly websocket: number
  readonly sse: number
  readonly published: number
  readonly delivered: number
  readonly publish_p99_ms: number | null
  readonly lag_ms: number
  readonly rss_bytes: number
  readonly log_bytes: number
  readonly kept_ms: number | null
  readonly recovered: number
  readonly gaps: number
  readonly disconnects: string
}

function toPoint(row: FigureRow): FigurePoint {
  const { time, websocket, sse, published, delivered, recovered, gaps } = row
  return {
    time,
    websocket,
    sse,
    published,
    delivered,
    publishP99Ms: row.publish_p99_ms,
    lagMs: row.lag_ms,
    rssBytes: row.rss_bytes,
    logBytes: row.log_bytes,
    keptMs: row.kept_ms,
    recovered,
    gaps,
    disconnects: JSON.parse(row.disconnects),
  }
}
