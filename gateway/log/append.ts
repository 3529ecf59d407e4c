// Appends: seq, idempotency and the figures of a batch, in one transaction. Knows no followers and no timers.

import type { Statement } from 'better-sqlite3'
import type { Retention } from '../core/history.ts'
import type { Appended, Entry, GroupOutcome, Message } from '../core/log.ts'
import { isStorageFault } from './fault.ts'
import type { IdempotencyKeys } from './idempotency.ts'
import type { ChannelRow, Ledger } from './ledger.ts'
import { measure } from './message-row.ts'
import type { Trim } from './trim.ts'

type Nullable<T> = T | null
type InsertMessage = Statement<
  [
    number,
    number,
    number,
    Nullable<number>,
    number,
    Nullable<string>,
    Nullable<string>,
    Nullable<string>,
    string,
  ]
>

/** What a batch became. */
export interface Batch {
  readonly outcomes: readonly GroupOutcome[]
  /** Stored ones only, in the order of the log. */
  readonly messages: readonly Message[]
  /** Bytes of their content, and how many channels they went to. */
  readonly bytes: number
  readonly channels: number
}

// What an append removes beyond its own share, so that a large channel is trimmed in portions and not all at once.
const TRIM_AHEAD = 500

export class Append {
  readonly #ledger: Ledger
  readonly #keys: IdempotencyKeys
  readonly #trim: Trim
  readonly #retention: (channel: string) => Retention
  readonly #insert: InsertMessage
  #messages: Message[] = []
  #grown = new Set<ChannelRow>()
  #bytes = 0

  constructor(ledger: Ledger, keys: IdempotencyKeys, trim: Trim, retention: (channel: string) => Retention) {
    this.#ledger = ledger
    this.#keys = keys
    this.#trim = trim
    this.#retention = retention
    this.#insert = ledger.db.prepare(
      `INSERT INTO message (seq, channel_id, time, expires, size, event, user, sender, data)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
  }

  /** Commits the groups; `now` in milliseconds of the log's time. Throws when nothing can be written. */
  commit(groups: readonly (readonly Entry[])[], now: number): Batch {
    try {
      return this.#commitTogether(groups, now)
    } catch (error) {
      if (isStorageFault(error)) throw error
      return this.#commitApart(groups, now)
    }
  }

  #commitTogether(groups: readonly (readonly Entry[])[], now: number): Batch {
    this.#begin()
    const outcomes = this.#ledger.transact(() => {
      const written = groups.map(group => this.#writeGroup(group, now))
      this.#trimGrown(now)
      return written
    })
    return { outcomes, messages: this.#messages, bytes: this.#bytes, channels: this.#grown.size }
  }

  /** One group is at fault: each gets a savepoint, so that it alone fails. */
  #commitApart(groups: readonly (readonly Entry[])[], now: number): Batch {
    const messages: Message[] = []
    let bytes = 0
    let channels = 0
    const outcomes = this.#ledger.transact(() =>
      groups.map((group): GroupOutcome => {
        this.#begin()
        try {
          const outcome = this.#ledger.transact(() => {
            const written = this.#writeGroup(group, now)
            this.#trimGrown(now)
            return written
          })
          messages.push(...this.#messages)
          bytes += this.#bytes
          channels += this.#grown.size
          return outcome
        } catch (error) {
          // A full disk may have rolled everything back: going on would commit the rest piecemeal.
          if (isStorageFault(error) || !this.#ledger.db.inTransaction) throw error
          return { ok: false, error: error instanceof Error ? error : new Error(String(error)) }
        }
      }),
    )
    return { outcomes, messages, bytes, channels }
  }

  #begin(): void {
    this.#messages = []
    this.#grown = new Set()
    this.#bytes = 0
  }

  #writeGroup(group: readonly Entry[], now: number): GroupOutcome {
    return { ok: true, entries: group.map(entry => this.#writeEntry(entry, now)) }
  }

  #writeEntry(entry: Entry, now: number): Appended {
    const claim = entry.idempotency
    if (!claim) return { seq: entry.stored ? this.#store(entry, now) : null, duplicate: false }
    const first = this.#keys.find(entry.channel, claim.key, claim.scope, now)
    if (first) return { seq: first.seq, duplicate: true }
    const seq = entry.stored ? this.#store(entry, now) : null
    this.#keys.claim(entry.channel, claim.key, claim.scope, seq, now)
    return { seq, duplicate: false }
  }

  #store(entry: Entry, time: number): number {
    const ledger = this.#ledger
    const { channel, data, event, user, sender, ttlMs } = entry
    const row = ledger.find(channel) ?? ledger.create(channel)
    const seq = ledger.head + 1
    const size = measure(entry)
    const expires = ttlMs === undefined ? undefined : time + ttlMs
    this.#insert.run(
      seq,
      row.id,
      time,
      expires ?? null,
      size,
      event ?? null,
      user ?? null,
      sender ?? null,
      data,
    )
    ledger.add(row, seq, time, size)
    this.#grown.add(row)
    this.#bytes += size
    this.#messages.push({ seq, channel, time, data, event, user, sender, expires })
    return seq
  }

  /** A channel never holds more than twice its messages once a publish has been answered (rule N4). */
  #trimGrown(now: number): void {
    for (const row of this.#grown) {
      const kept = this.#retention(row.name)
      if (!kept) continue
      const { messages, bytes = Number.POSITIVE_INFINITY } = kept
      const excess = row.count - 2 * messages
      if (excess <= 0 && (row.bytes <= 2 * bytes || row.count === 1)) continue
      const keep = { messages, bytes, notAfter: Number.NEGATIVE_INFINITY }
      this.#trim.channel(row, keep, now, Math.max(excess, 0) + TRIM_AHEAD)
    }
  }
}
