// What is remembered of the stored log (head, time, floor, totals, channel rows), and the transaction in which all of
// it changes together with the database. Knows no messages and no rules of retention.

import type { Database, Statement, Transaction } from 'better-sqlite3'
import { LateRows } from './late-rows.ts'
import { Recent } from './recent.ts'

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
  figured: number
}

// The newest message says what head and time are; meta says it as soon as messages have been removed. Writing meta in
// every append would cost one more page of the WAL each: 6 µs of 32.
const FIGURES = `SELECT floor_seq AS floor, figured_seq AS figured, max(head, coalesce(newest.seq, 0)) AS head,
    max(meta.time, coalesce(newest.time, 0)) AS time
  FROM meta LEFT JOIN (SELECT seq, time FROM message ORDER BY seq DESC LIMIT 1) AS newest`

/** The newest seq that a database gives evidence of. */
export function readHead(db: Database): number {
  return (db.prepare(FIGURES).get() as Figures | undefined)?.head ?? 0
}

// About 6 MB with the generation before; an append to a channel beyond them costs one more indexed look-up. More than a
// commit can touch: a row must not be forgotten while it is in use.
const REMEMBERED_ROWS = 10_000

const ROW = 'id, name, trimmed_seq AS trimmed, last_seq AS last, last_time AS lastTime, count, bytes'

export class Ledger {
  readonly db: Database
  /** The newest seq ever given, and the time of its message. */
  head = 0
  time = 0
  /** What `trimmed` is for channels without a row. */
  floor = 0
  /** Every row in the database counts all messages up to this seq. */
  figured = 0
  messages = 0
  bytes = 0
  readonly #rows = new Recent<string, ChannelRow>(REMEMBERED_ROWS)
  readonly #touched = new Set<ChannelRow>()
  readonly #late: LateRows
  #mustStoreMeta = false
  #isSettling = false
  /** Savepoints within the transaction, itself included. */
  #depth = 0
  readonly #assertWritable: () => void
  readonly #transaction: Transaction<(work: () => unknown) => unknown>
  readonly #findByName: Statement<[string], ChannelRow>
  readonly #findById: Statement<[number], ChannelRow>
  readonly #insertRow: Statement<[string, number]>
  readonly #updateRow: Statement<[number, number, number, number, number, number]>
  readonly #deleteRow: Statement<[number]>
  readonly #updateMeta: Statement<[number, number, number, number]>

  /** `assertWritable` throws when a commit would be lost; it is asked last before each. */
  constructor(db: Database, assertWritable: () => void) {
    this.db = db
    this.#assertWritable = assertWritable
    this.#late = new LateRows(db)
    this.#findByName = db.prepare(`SELECT ${ROW} FROM channel WHERE name = ?`)
    this.#findById = db.prepare(`SELECT ${ROW} FROM channel WHERE id = ?`)
    this.#insertRow = db.prepare(
      'INSERT INTO channel (name, trimmed_seq, last_seq, last_time, count, bytes) VALUES (?, ?, 0, 0, 0, 0)',
    )
    this.#updateRow = db.prepare(
      'UPDATE channel SET trimmed_seq = ?, last_seq = ?, last_time = ?, count = ?, bytes = ? WHERE id = ?',
    )
    this.#deleteRow = db.prepare('DELETE FROM channel WHERE id = ?')
    this.#updateMeta = db.prepare('UPDATE meta SET head = ?, time = ?, floor_seq = ?, figured_seq = ?')
    this.#transaction = db.transaction((work: () => unknown) => {
      this.#depth += 1
      try {
        const result = work()
        if (this.#depth === 1) this.#touchLate()
        this.#flush()
        if (this.#depth === 1) this.#assertWritable()
        return result
      } finally {
        this.#depth -= 1
      }
    })
    this.#load()
  }

  #load(): void {
    Object.assign(this, this.db.prepare(FIGURES).get() as Figures)
    this.#late.noteAfter(this.figured)
    this.settle()
    const totals = this.db
      .prepare('SELECT total(count) AS messages, total(bytes) AS bytes FROM channel')
      .get()
    Object.assign(this, totals)
  }

  /**
   * Runs the work in one transaction; inside another one, in a savepoint of it. If the work or the commit throws,
   * memory and database are both as they were.
   */
  transact<T>(work: () => T): T {
    // Of a savepoint only its own changes may be undone: what the outer transaction has pending is written first.
    this.#flush()
    const { head, time, floor, messages, bytes, figured } = this
    try {
      const result = this.#transaction.immediate(work) as T
      if (this.#isSettling && this.#depth === 0) this.#late.clear()
      return result
    } catch (error) {
      this.#touched.clear()
      this.#rows.clear()
      Object.assign(this, { head, time, floor, messages, bytes, figured })
      this.#mustStoreMeta = false
      throw error
    } finally {
      if (this.#depth === 0) this.#isSettling = false
    }
  }

  /** Writes what the rows of channels lack; whoever reads them with SQL calls it before. */
  settle(): void {
    if (this.#late.areNone) return
    this.transact(() => {
      this.#isSettling = true
    })
  }

  /** The row of a channel, if it has one. */
  find(name: string): ChannelRow | undefined {
    const known = this.#rows.get(name)
    if (known) return known
    const row = this.#findByName.get(name)
    if (!row) return undefined
    this.#late.complete(row)
    this.#remember(row)
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

  /** Counts a new message, which is the log's newest. Its channel's row may be written later: the message tells. */
  add(row: ChannelRow, seq: number, time: number, bytes: number): void {
    row.last = seq
    row.lastTime = time
    row.count++
    row.bytes += bytes
    this.head = seq
    this.time = time
    this.messages++
    this.bytes += bytes
    this.#late.note(row.name)
  }

  /** Takes messages out of the figures, before or as their rows are deleted. */
  subtract(row: ChannelRow, messages: number, bytes: number): void {
    row.count -= messages
    row.bytes -= bytes
    this.messages -= messages
    this.bytes -= bytes
    this.#touched.add(row)
    this.#mustStoreMeta = true
  }

  /** Drops an empty row; the floor rises, so that cursors that would have had a gap there still get one. */
  drop(row: ChannelRow): void {
    this.floor = Math.max(this.floor, row.trimmed)
    this.#mustStoreMeta = true
    this.#touched.delete(row)
    this.#rows.delete(row.name)
    this.#deleteRow.run(row.id)
  }

  #remember(row: ChannelRow): void {
    this.#rows.set(row.name, row)
    // A touched row must be found again until it is written.
    if (this.#touched.size === 0) this.#rows.age()
  }

  /** At the end of a transaction: nothing is added after it. */
  #touchLate(): void {
    if (this.#late.areMany) this.#isSettling = true
    if (!this.#isSettling) return
    for (const name of this.#late.names) {
      const row = this.find(name)
      if (row) this.#touched.add(row)
    }
    this.figured = this.head
    this.#mustStoreMeta = true
  }

  #flush(): void {
    for (const row of this.#touched) {
      this.#updateRow.run(row.trimmed, row.last, row.lastTime, row.count, row.bytes, row.id)
    }
    this.#touched.clear()
    if (!this.#mustStoreMeta) return
    this.#updateMeta.run(this.head, this.time, this.floor, this.figured)
    this.#mustStoreMeta = false
  }
}
