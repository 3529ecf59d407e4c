// What is remembered of the stored log (head, time, floor, totals, channel rows), and the transaction in which all of
// it changes together with the database. Knows no messages and no rules of retention.

import type { Database, Statement, Transaction } from 'better-sqlite3'

/** A channel's row. Change it inside `transact` only, and `touch` it. */
export interface ChannelRow {
  readonly id: number
  readonly name: string
  /** Messages up to this seq may be gone, and none of them counts. */
  trimmed: number
  /** The newest seq the channel ever had, and its time. */
  last: number
  lastTime: number
  count: number
  bytes: number
}

interface Figures {
  head: number
  time: number
  floor: number
}

// About 6 MB; an append to a channel beyond them costs one more indexed look-up.
const REMEMBERED_ROWS = 20_000

const ROW = 'id, name, trimmed_seq AS trimmed, last_seq AS last, last_time AS lastTime, count, bytes'

export class Ledger {
  readonly db: Database
  /** The newest seq ever given, and the time of its message. */
  head = 0
  time = 0
  /** What `trimmed` is for channels without a row. */
  floor = 0
  messages = 0
  bytes = 0
  readonly #rows = new Map<string, ChannelRow>()
  readonly #touched = new Set<ChannelRow>()
  #stored: Figures = { head: 0, time: 0, floor: 0 }
  readonly #transaction: Transaction<(work: () => unknown) => unknown>
  readonly #findByName: Statement<[string], ChannelRow>
  readonly #findById: Statement<[number], ChannelRow>
  readonly #insertRow: Statement<[string, number]>
  readonly #updateRow: Statement<[number, number, number, number, number, number]>
  readonly #deleteRow: Statement<[number]>
  readonly #updateMeta: Statement<[number, number, number]>

  constructor(db: Database) {
    this.db = db
    this.#findByName = db.prepare(`SELECT ${ROW} FROM channel WHERE name = ?`)
    this.#findById = db.prepare(`SELECT ${ROW} FROM channel WHERE id = ?`)
    this.#insertRow = db.prepare(
      'INSERT INTO channel (name, trimmed_seq, last_seq, last_time, count, bytes) VALUES (?, ?, 0, 0, 0, 0)',
    )
    this.#updateRow = db.prepare(
      'UPDATE channel SET trimmed_seq = ?, last_seq = ?, last_time = ?, count = ?, bytes = ? WHERE id = ?',
    )
    this.#deleteRow = db.prepare('DELETE FROM channel WHERE id = ?')
    this.#updateMeta = db.prepare('UPDATE meta SET head = ?, time = ?, floor_seq = ?')
    this.#transaction = db.transaction((work: () => unknown) => {
      const result = work()
      this.#flush()
      return result
    })
    this.#load()
  }

  #load(): void {
    const meta = this.db.prepare('SELECT head, time, floor_seq AS floor FROM meta').get() as Figures
    const totals = this.db.prepare('SELECT total(count) AS messages, total(bytes) AS bytes FROM channel').get()
    Object.assign(this, meta, totals)
    this.#stored = meta
  }

  /**
   * Runs the work in one transaction; inside another one, in a savepoint of it. If the work or the commit throws,
   * memory and database are both as they were.
   */
  transact<T>(work: () => T): T {
    // Of a savepoint only its own changes may be undone: what the outer transaction has pending is written first.
    this.#flush()
    const { head, time, floor, messages, bytes } = this
    const stored = this.#stored
    try {
      return this.#transaction.immediate(work) as T
    } catch (error) {
      this.#touched.clear()
      this.#rows.clear()
      Object.assign(this, { head, time, floor, messages, bytes })
      this.#stored = stored
      throw error
    }
  }

  /** The row of a channel, if it has one. */
  find(name: string): ChannelRow | undefined {
    const known = this.#rows.get(name)
    if (known) return known
    const row = this.#findByName.get(name)
    if (row) this.#remember(row)
    return row
  }

  /** The row by its id. */
  get(id: number): ChannelRow {
    const row = this.#findById.get(id)
    if (!row) throw new Error(`The log is damaged: a message belongs to channel ${id}, which has no row.`)
    // The remembered one may hold changes of the running transaction.
    return this.find(row.name)!
  }

  create(name: string): ChannelRow {
    const { lastInsertRowid } = this.#insertRow.run(name, this.floor)
    const id = Number(lastInsertRowid)
    const row = { id, name, trimmed: this.floor, last: 0, lastTime: 0, count: 0, bytes: 0 }
    this.#remember(row)
    return row
  }

  /** Marks a row as changed; it is written when the transaction ends. */
  touch(row: ChannelRow): void {
    this.#touched.add(row)
  }

  /** Takes messages out of a row's figures. */
  subtract(row: ChannelRow, messages: number, bytes: number): void {
    row.count -= messages
    row.bytes -= bytes
    this.messages -= messages
    this.bytes -= bytes
    this.#touched.add(row)
  }

  /** Drops an empty row; the floor rises, so that cursors that would have had a gap there still get one. */
  drop(row: ChannelRow): void {
    this.floor = Math.max(this.floor, row.trimmed)
    this.#touched.delete(row)
    this.#rows.delete(row.name)
    this.#deleteRow.run(row.id)
  }

  #remember(row: ChannelRow): void {
    this.#rows.set(row.name, row)
    // A touched row must be found again until it is written.
    if (this.#rows.size <= REMEMBERED_ROWS || this.#touched.size > 0) return
    for (const name of this.#rows.keys()) {
      if (this.#rows.size <= REMEMBERED_ROWS) return
      if (name !== row.name) this.#rows.delete(name)
    }
  }

  #flush(): void {
    for (const row of this.#touched) {
      this.#updateRow.run(row.trimmed, row.last, row.lastTime, row.count, row.bytes, row.id)
    }
    this.#touched.clear()
    const { head, time, floor } = this
    if (head === this.#stored.head && time === this.#stored.time && floor === this.#stored.floor) return
    this.#updateMeta.run(head, time, floor)
    this.#stored = { head, time, floor }
  }
}
