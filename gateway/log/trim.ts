// Takes messages out of the log, oldest first and in bounded slices, keeping rows and figures together. Knows no timer
// and decides nothing. Everything here runs inside the ledger's transaction.

import type { Statement } from 'better-sqlite3'
import type { ChannelRow, Ledger } from './ledger.ts'

/** What a channel may keep; `notAfter` is the newest time, in milliseconds, that is too old. */
export interface Keep {
  readonly messages: number
  readonly bytes: number
  readonly notAfter: number
}

interface Slice {
  seq: number
  time: number
  size: number
}

export interface Expired {
  seq: number
  channelId: number
  size: number
}

export class Trim {
  readonly #ledger: Ledger
  readonly #oldestOf: Statement<[number, number, number], Slice>
  readonly #newestOf: Statement<[number], number>
  readonly #deleteOf: Statement<[number, number, number]>
  readonly #deleteHidden: Statement<[number, number, number]>
  readonly #expired: Statement<[number, number], Expired>
  readonly #expiredOf: Statement<[number, number, number], Expired>
  readonly #oldest: Statement<[number], Expired>
  readonly #sizeOf: Statement<[number, number, number], number>
  readonly #delete: Statement<[number]>
  readonly #deleteUpTo: Statement<[number]>

  constructor(ledger: Ledger) {
    this.#ledger = ledger
    const { db } = ledger
    const ofChannel = 'FROM message WHERE channel_id = ? AND seq'
    this.#oldestOf = db.prepare(`SELECT seq, time, size ${ofChannel} > ? ORDER BY seq LIMIT ?`)
    this.#newestOf = db
      .prepare<[number], number>('SELECT seq FROM message WHERE channel_id = ? ORDER BY seq DESC LIMIT 1')
      .pluck()
    this.#deleteOf = db.prepare(`DELETE ${ofChannel} > ? AND seq <= ?`)
    this.#deleteHidden = db.prepare(
      `DELETE FROM message WHERE seq IN (SELECT seq ${ofChannel} <= ? ORDER BY seq LIMIT ?)`,
    )
    const expired = 'SELECT seq, channel_id AS channelId, size FROM message WHERE expires <= ?'
    this.#expired = db.prepare(`${expired} ORDER BY expires LIMIT ?`)
    this.#expiredOf = db.prepare(`${expired} AND channel_id = ? LIMIT ?`)
    this.#oldest = db.prepare('SELECT seq, channel_id AS channelId, size FROM message ORDER BY seq LIMIT ?')
    this.#sizeOf = db
      .prepare<[number, number, number], number>(
        'SELECT size FROM message WHERE seq = ? AND channel_id = ? AND (expires IS NULL OR expires > ?)',
      )
      .pluck()
    this.#delete = db.prepare('DELETE FROM message WHERE seq = ?')
    this.#deleteUpTo = db.prepare('DELETE FROM message WHERE seq <= ?')
  }

  /**
   * Removes a channel's oldest messages until it fits, `limit` of them at most; returns how many went. Its newest
   * message is never too many bytes: a channel that can hold nothing helps nobody.
   */
  channel(row: ChannelRow, keep: Keep, now: number, limit: number): number {
    // What has expired must not push out what has not.
    const expired = this.#expiredOf.all(now, row.id, limit)
    for (const message of expired) this.#removeExpired(message)
    if (expired.length === limit) return limit
    let { count, bytes } = row
    let cut = row.trimmed
    for (const { seq, time, size } of this.#oldestOf.all(row.id, row.trimmed, limit)) {
      const fits = count <= keep.messages && (bytes <= keep.bytes || count === 1) && time > keep.notAfter
      if (fits) break
      count--
      bytes -= size
      cut = seq
    }
    const gone = row.count - count
    if (gone > 0) {
      this.#deleteOf.run(row.id, row.trimmed, cut)
      row.trimmed = cut
      this.#ledger.subtract(row, gone, row.bytes - bytes)
    }
    return gone
  }

  /**
   * Empties a channel at once; its rows are hidden and wait for `hidden`, however many they are. Returns the seq up to
   * which it is empty, or 0 when there was nothing: what had expired before leaves no gap.
   */
  purge(row: ChannelRow, now: number): number {
    for (const message of this.#expiredOf.all(now, row.id, row.count)) this.#removeExpired(message)
    if (row.count === 0) return 0
    row.trimmed = this.#newestOf.get(row.id) ?? row.trimmed
    this.#ledger.subtract(row, row.count, row.bytes)
    return row.trimmed
  }

  /** Deletes rows that a purge has hidden; returns how many. */
  hidden(row: ChannelRow, limit: number): number {
    return this.#deleteHidden.run(row.id, row.trimmed, limit).changes
  }

  /** Removes one message without leaving a gap; false when it is not there any more. */
  one(row: ChannelRow, seq: number, now: number): boolean {
    const size = seq > row.trimmed ? this.#sizeOf.get(seq, row.id, now) : undefined
    if (size === undefined) return false
    this.#delete.run(seq)
    this.#ledger.subtract(row, 1, size)
    return true
  }

  /** Messages whose ttl has run out. */
  findExpired(now: number, limit: number): Expired[] {
    return this.#expired.all(now, limit)
  }

  expired(messages: readonly Expired[]): void {
    for (const message of messages) this.#removeExpired(message)
  }

  /** Removes the log's oldest messages, whosever they are, until it holds `maxBytes`; returns how many rows went. */
  toBytes(maxBytes: number, limit: number): number {
    const ledger = this.#ledger
    let cut = 0
    let gone = 0
    for (const { seq, channelId, size } of this.#oldest.all(limit)) {
      if (ledger.bytes <= maxBytes || seq === ledger.head) break
      const row = ledger.get(channelId)
      if (seq > row.trimmed) {
        row.trimmed = seq
        ledger.subtract(row, 1, size)
      }
      cut = seq
      gone++
    }
    if (cut > 0) this.#deleteUpTo.run(cut)
    return gone
  }

  #removeExpired({ seq, channelId, size }: Expired): void {
    const row = this.#ledger.get(channelId)
    this.#delete.run(seq)
    if (seq > row.trimmed) this.#ledger.subtract(row, 1, size)
  }
}
