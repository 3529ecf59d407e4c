// History: pages of one channel for people and programs that look back, and the figures of what is kept. Writes nothing.

import type { Statement, Transaction } from 'better-sqlite3'
import type { HistoryPage, HistoryQuery, LogFigures, StoredChannel } from '../core/history.ts'
import { isStorageFault } from './fault.ts'
import type { Ledger } from './ledger.ts'
import { MESSAGE_COLUMNS, type MessageRow, toMessage } from './message-row.ts'
import type { Reader } from './read.ts'

type Bounded = Statement<[number, number, number, number, number], MessageRow>

interface StoredRow {
  name: string
  messages: number
  bytes: number
  last: number | null
}

// Names are printable ASCII (rule N1): every name that begins with a prefix sorts before the prefix and a DEL.
const AFTER_ALL_NAMES = '\x7f'

export class StoredHistory {
  readonly #ledger: Ledger
  readonly #reader: Reader
  readonly #epoch: string
  readonly #page: Transaction<(query: HistoryQuery, now: number) => HistoryPage>
  readonly #oldestFirst: Bounded
  readonly #newestFirst: Bounded
  readonly #channels: Statement<[string, string, string, number], StoredRow>
  readonly #channel: Statement<[string], StoredRow>
  readonly #oldestTime: Statement<[], number>
  readonly #timeFrom: Statement<[number], { seq: number; time: number }>

  constructor(ledger: Ledger, reader: Reader, epoch: string) {
    this.#ledger = ledger
    this.#reader = reader
    this.#epoch = epoch
    const { db } = ledger
    const bounded = `SELECT ${MESSAGE_COLUMNS} FROM message
      WHERE channel_id = ? AND seq > ? AND seq < ? AND (expires IS NULL OR expires > ?)`
    this.#oldestFirst = db.prepare(`${bounded} ORDER BY seq LIMIT ?`)
    this.#newestFirst = db.prepare(`${bounded} ORDER BY seq DESC LIMIT ?`)
    const stored = `SELECT name, count AS messages, bytes,
        (SELECT time FROM message WHERE channel_id = channel.id ORDER BY seq DESC LIMIT 1) AS last
      FROM channel WHERE count > 0`
    this.#channels = db.prepare(`${stored} AND name >= ? AND name < ? AND name <> ? ORDER BY name LIMIT ?`)
    this.#channel = db.prepare(`${stored} AND name = ?`)
    this.#oldestTime = db.prepare<[], number>('SELECT time FROM message ORDER BY seq LIMIT 1').pluck()
    this.#timeFrom = db.prepare('SELECT seq, time FROM message WHERE seq >= ? ORDER BY seq LIMIT 1')
    this.#page = db.transaction((query: HistoryQuery, now: number) => this.#readPage(query, now))
  }

  /** One page from one snapshot; `now` in milliseconds of the log's time. */
  page(query: HistoryQuery, now: number): HistoryPage {
    return this.#page(query, now)
  }

  #readPage(query: HistoryQuery, now: number): HistoryPage {
    const { channel, since, before = Number.MAX_SAFE_INTEGER, until, limit } = query
    const row = this.#ledger.find(channel)
    const place = { epoch: this.#epoch, head: this.#ledger.head, trimmed: row?.trimmed ?? this.#ledger.floor }
    if (!row) return { ...place, messages: [], oldest: null, more: false }
    const end = until === undefined ? before : Math.min(before, this.#firstAfter(until))
    const isForward = since !== undefined
    const from = Math.max(since ?? 0, row.trimmed)
    const statement = isForward ? this.#oldestFirst : this.#newestFirst
    // One more than asked tells whether there is more.
    const found = statement.iterate(row.id, from, end, now, limit + 1)
    const { rows, more } = takeFitting(found, limit, query.maxBytes ?? Number.POSITIVE_INFINITY)
    if (!isForward) rows.reverse()
    const messages = rows.map(each => toMessage(each, channel))
    return { ...place, messages, oldest: this.#reader.oldest(row, now), more }
  }

  /** Where messages of a later time begin. Times grow along the log, so it needs no index that each append pays for. */
  #firstAfter(time: number): number {
    let low = 1
    let high = this.#ledger.head + 1
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      const found = this.#timeFrom.get(middle)
      if (found === undefined || found.time > time) high = middle
      else low = found.seq + 1
    }
    return low
  }

  channels(query: { prefix: string; after: string; limit: number }): readonly StoredChannel[] {
    const { prefix, after, limit } = query
    const from = after > prefix ? after : prefix
    return this.#channels.all(from, prefix + AFTER_ALL_NAMES, after, limit).map(toStoredChannel)
  }

  channel(name: string): StoredChannel | null {
    const row = this.#channel.get(name)
    return row ? toStoredChannel(row) : null
  }

  figures(): LogFigures {
    const { head, messages, bytes } = this.#ledger
    const oldestTime = messages > 0 ? this.#readOldestTime() : undefined
    return { epoch: this.#epoch, head, messages, bytes, oldestTime }
  }

  /** The figures are what an operator looks at when the storage fails: the rest of them comes from memory. */
  #readOldestTime(): number | undefined {
    try {
      return this.#oldestTime.get()
    } catch (error) {
      if (isStorageFault(error)) return undefined
      throw error
    }
  }
}

/** The first rows that fit; what does not is not even read. */
function takeFitting(
  found: Iterable<MessageRow>,
  limit: number,
  maxBytes: number,
): { rows: MessageRow[]; more: boolean } {
  const rows: MessageRow[] = []
  let bytes = 0
  for (const row of found) {
    bytes += row.size
    if (rows.length === limit || (bytes > maxBytes && rows.length > 0)) return { rows, more: true }
    rows.push(row)
  }
  return { rows, more: false }
}

function toStoredChannel({ name, messages, bytes, last }: StoredRow): StoredChannel {
  return { name, messages, bytes, last: last ?? undefined }
}
