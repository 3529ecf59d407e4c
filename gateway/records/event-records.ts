// Happenings in SQLite, newest first, bounded by age, by count, and by kind. Knows not what happened, nor how often.

import type { Database, Statement } from 'better-sqlite3'
import { EVENT_KINDS, type EventKind, type KeptEvent } from '../../shared/kept-event.ts'
import type { EventBounds, EventPage, EventQuery, EventStore } from '../core/event-store.ts'
import { writeLightly } from './light-write.ts'

/** How many events one look goes through: some milliseconds, whatever it finds. */
const LOOKED_AT = 5000
/** How many events one trim removes of each kind, and how many of the oldest it looks at. */
const TRIM_STEP = 250
/** Each kind has its part of all: comings and goings must not push out the one storage fault. */
const PARTS: Readonly<Record<EventKind, number>> = {
  connected: 0.2,
  disconnected: 0.25,
  refused: 0.25,
  gap: 0.2,
  storage: 0.05,
  started: 0.05,
}

export class EventRecords implements EventStore {
  readonly #db: Database
  readonly #keep: Statement
  readonly #removeOld: Statement
  readonly #removeOfKind: Statement
  readonly #firstFrom: Statement<[number], { id: number; time: number }>

  constructor(db: Database) {
    this.#db = db
    this.#keep = db.prepare(
      `INSERT INTO event (id, time, last_time, count, kind, code, connection, user, address, transport, channel, message)
       VALUES (@id, @time, @lastTime, @count, @kind, @code, @connection, @user, @address, @transport, @channel, @message)
       ON CONFLICT (id) DO UPDATE SET count = excluded.count, last_time = excluded.last_time`,
    )
    this.#firstFrom = db.prepare('SELECT id, time FROM event WHERE id >= ? ORDER BY id LIMIT 1')
    this.#removeOld = db.prepare(
      `DELETE FROM event WHERE last_time <= @until AND id IN (SELECT id FROM event ORDER BY id LIMIT ${TRIM_STEP})`,
    )
    this.#removeOfKind = db.prepare(
      `DELETE FROM event WHERE id IN (
         SELECT id FROM event WHERE kind = @kind AND id <= (
           SELECT id FROM event WHERE kind = @kind ORDER BY id DESC LIMIT 1 OFFSET @most
         ) ORDER BY id LIMIT ${TRIM_STEP})`,
    )
  }

  save(events: Iterable<KeptEvent>): void {
    writeLightly(this.#db, () => {
      for (const event of events) this.#keep.run(toRow(event))
    })
  }

  read(query: EventQuery): EventPage {
    const { limit, until } = query
    const start = query.before ?? Number.MAX_SAFE_INTEGER
    const before = until === undefined ? start : Math.min(start, this.#firstAfter(until))
    const floor = this.#db
      .prepare<[number], number>(
        `SELECT id FROM event WHERE id < ? ORDER BY id DESC LIMIT 1 OFFSET ${LOOKED_AT - 1}`,
      )
      .pluck()
      .get(before)
    const given = conditionsOf(query)
    const where = ['id < ?', 'id >= ?', ...given.map(({ condition }) => condition)].join(' AND ')
    const rows = this.#db
      .prepare<unknown[], EventRow>(`SELECT * FROM event WHERE ${where} ORDER BY id DESC LIMIT ?`)
      .all(before, floor ?? 0, ...given.flatMap(({ values }) => values), limit + 1)
    const events = rows.slice(0, limit).map(toEvent)
    if (rows.length > limit) return { events, next: events.at(-1)!.id }
    return floor === undefined || !this.#hasBelow(floor) ? { events } : { events, next: floor }
  }

  lastId(): number {
    // Not the newest row: that may have been trimmed, and its id must not come again.
    const used = this.#db.prepare<[], number>("SELECT seq FROM sqlite_sequence WHERE name = 'event'").pluck()
    return used.get() ?? 0
  }

  /** Measured with 100,000 events: all at once would hold the event loop for 150 ms, a step holds it for 10. */
  trim({ maxEntries, until }: EventBounds): boolean {
    let removed = 0
    writeLightly(this.#db, () => {
      removed += this.#removeOld.run({ until }).changes
      for (const kind of EVENT_KINDS)
        removed += this.#removeOfKind.run({ kind, most: Math.ceil(maxEntries * PARTS[kind]) }).changes
    })
    return removed > 0
  }

  /** The id from which on events came after a moment. Ids grow with time: a search by halves, however much came since. */
  #firstAfter(until: number): number {
    let low = 0
    let high = this.lastId() + 1
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      const event = this.#firstFrom.get(middle)
      if (event !== undefined && event.time <= until) low = event.id + 1
      else high = middle
    }
    return low
  }

  #hasBelow(id: number): boolean {
    return this.#db.prepare('SELECT 1 FROM event WHERE id < ? LIMIT 1').get(id) !== undefined
  }
}

interface EventRow {
  readonly id: number
  readonly time: number
  readonly last_time: number
  readonly count: number
  readonly kind: KeptEvent['kind']
  readonly code: string | null
  readonly connection: string | null
  readonly user: string | null
  readonly address: string | null
  readonly transport: NonNullable<KeptEvent['transport']> | null
  readonly channel: string | null
  readonly message: string
}

const TEXTS = ['code', 'connection', 'user', 'address', 'transport', 'channel'] as const

function toRow(event: KeptEvent): object {
  const texts = Object.fromEntries(TEXTS.map(name => [name, event[name] ?? null]))
  const { id, time, lastTime = time, count, kind, message } = event
  return { id, time, lastTime, count, kind, message, ...texts }
}

function toEvent(row: EventRow): KeptEvent {
  const { id, time, kind, count, message } = row
  const texts = Object.fromEntries(TEXTS.flatMap(name => (row[name] === null ? [] : [[name, row[name]]])))
  return { id, time, kind, ...texts, message, count, ...(count > 1 && { lastTime: row.last_time }) }
}

interface Condition {
  readonly condition: string
  readonly values: readonly (string | number)[]
}

function conditionsOf({
  kinds,
  code,
  connection,
  user,
  address,
  channel,
  text,
  until,
}: EventQuery): Condition[] {
  const conditions: Condition[] = []
  if (until !== undefined) conditions.push({ condition: 'time <= ?', values: [until] })
  for (const [name, value] of Object.entries({ code, connection, user, address, channel })) {
    if (value !== undefined) conditions.push({ condition: `${name} = ?`, values: [value] })
  }
  if (kinds !== undefined && kinds.length > 0)
    conditions.push({ condition: `kind IN (${kinds.map(() => '?').join(', ')})`, values: kinds })
  if (text !== undefined && text !== '') {
    const parts = ['message', ...TEXTS].map(name => `coalesce(${name}, '')`).join(" || ' ' || ")
    const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`
    conditions.push({ condition: `${parts} LIKE ? ESCAPE '\\'`, values: [pattern] })
  }
  return conditions
}
