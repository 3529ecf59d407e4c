// Which channels' rows stand behind their messages, and what a row lacks. Knows no transactions.
//
// An append writes its messages, not the figures of their channels: those can be found again from the messages. With
// thousands of channels each commit would otherwise write a page of the WAL for nearly every message of it, which is a
// third of its cost. Rows catch up within a second, or once so many are behind; after a crash, at the next start.

import type { Database, Statement } from 'better-sqlite3'

/** Writing them takes 2 ms; with more, few would share a page that they do not share already. */
const MAX_LATE = 1000

/** The figures of a channel that its messages tell. */
interface Figures {
  readonly id: number
  readonly name: string
  last: number
  lastTime: number
  count: number
  bytes: number
}

interface Lacking {
  readonly count: number
  readonly bytes: number
  readonly last: number | null
  readonly lastTime: number | null
}

export class LateRows {
  readonly #names = new Set<string>()
  readonly #lacking: Statement<[number, number], Lacking>
  readonly #namesAfter: Statement<[number], string>

  constructor(db: Database) {
    this.#lacking = db.prepare(
      `SELECT count(*) AS count, total(size) AS bytes, max(seq) AS last, max(time) AS lastTime
       FROM message WHERE channel_id = ? AND seq > ?`,
    )
    // CROSS JOIN: from the few messages to their channels, never the other way round.
    this.#namesAfter = db
      .prepare<[number], string>(
        `SELECT DISTINCT name FROM message CROSS JOIN channel ON channel.id = message.channel_id WHERE seq > ?`,
      )
      .pluck()
  }

  get names(): Iterable<string> {
    return this.#names
  }

  get areMany(): boolean {
    return this.#names.size >= MAX_LATE
  }

  get areNone(): boolean {
    return this.#names.size === 0
  }

  /** A channel got a message that its row does not count. One that is noted without need does no harm. */
  note(name: string): void {
    this.#names.add(name)
  }

  /** All rows counted every message up to a seq: whoever got one after it may be late. */
  noteAfter(seq: number): void {
    for (const name of this.#namesAfter.all(seq)) this.#names.add(name)
  }

  /** Every row is written. */
  clear(): void {
    this.#names.clear()
  }

  /** Adds to a row, as it was just read, what it does not count yet: all that came after its newest message. */
  complete(row: Figures): void {
    if (!this.#names.has(row.name)) return
    const { count, bytes, last, lastTime } = this.#lacking.get(row.id, row.last)!
    row.count += count
    row.bytes += bytes
    row.last = last ?? row.last
    row.lastTime = lastTime ?? row.lastTime
  }
}
