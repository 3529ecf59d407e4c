// The log over SQLite: puts the parts together, and tells followers what was committed. Knows nothing of who publishes
// or reads.

import type { Database } from 'better-sqlite3'
import type { History, HistoryPage, HistoryQuery, LogFigures, StoredChannel } from '../core/history.ts'
import type { Entry, Follower, From, GroupOutcome, Log, Page, Removal } from '../core/log.ts'
import { Append, type Batch } from './append.ts'
import { isSound } from './check.ts'
import { Checkpointer } from './checkpoint.ts'
import { isBusy, isStorageFault, StorageFailure } from './fault.ts'
import { Followers } from './followers.ts'
import { StoredHistory } from './history.ts'
import { IdempotencyKeys } from './idempotency.ts'
import { Ledger } from './ledger.ts'
import { LogClock } from './log-clock.ts'
import { LogFiles } from './log-files.ts'
import type { Mark } from './mark.ts'
import type { SqliteLogOptions } from './options.ts'
import { Reader } from './read.ts'
import { RetentionPass } from './retention.ts'
import { StorageHealth } from './storage-health.ts'
import { Trim } from './trim.ts'

/** A data folder that this process holds. */
export interface Opened {
  readonly db: Database
  readonly mark: Mark
  readonly epoch: string
  readonly incarnation: string
  readonly unlock: () => void
}

const DEFAULT_WAL_BYTES = 64 * 1024 * 1024
// What a step of retention counts for in the estimate of the WAL, in channels.
const RETENTION_TOUCHES = 100

export class SqliteLog implements Log, History {
  readonly epoch: string
  readonly #opened: Opened
  readonly #clock: LogClock
  readonly #ledger: Ledger
  readonly #trim: Trim
  readonly #append: Append
  readonly #reader: Reader
  readonly #history: StoredHistory
  readonly #retention: RetentionPass
  readonly #stopRetention: () => void
  readonly #checkpointer: Checkpointer
  readonly #files: LogFiles
  readonly #health: StorageHealth
  readonly #maxBytes: number
  readonly #followers = new Followers()
  #closing: Promise<void> | null = null

  constructor(options: SqliteLogOptions, opened: Opened) {
    const { retention, maxBytes, maxWalBytes = DEFAULT_WAL_BYTES, retentionEveryMs: everyMs = 1000 } = options
    const { db, epoch } = opened
    this.epoch = epoch
    this.#opened = opened
    this.#maxBytes = maxBytes
    this.#files = new LogFiles(db.name)
    this.#health = watchStorage(db, this.#files, options)
    const ledger = new Ledger(db, () => this.#health.assertWritable())
    const trim = new Trim(ledger)
    const keys = new IdempotencyKeys(db)
    const clock = startClock(options, ledger.time)
    this.#ledger = ledger
    this.#trim = trim
    this.#clock = clock
    this.#append = new Append(ledger, keys, trim, retention)
    this.#reader = new Reader(ledger, epoch)
    this.#history = new StoredHistory(ledger, this.#reader, epoch)
    this.#checkpointer = new Checkpointer(db, db.name, maxWalBytes)
    const onWritten = (error: Error | null) => this.#stepped(error)
    this.#retention = new RetentionPass({
      ledger,
      trim,
      keys,
      clock,
      maxBytes,
      retention,
      everyMs,
      onWritten,
    })
    this.#stopRetention = this.#retention.start()
    this.#health.start()
  }

  get head(): number {
    return this.#ledger.head
  }

  /** False after a storage failure, until a write works again. */
  get writable(): boolean {
    return this.#health.fault === null
  }

  /** What is wrong with the storage, for operators, and since when (milliseconds since 1970). */
  get fault(): StorageHealth['fault'] {
    return this.#health.fault
  }

  async append(groups: readonly (readonly Entry[])[]): Promise<readonly GroupOutcome[]> {
    this.#assertOpen()
    // Nothing to write means nothing that can fail: channels without history flow on while the disk is full (rule C4).
    if (groups.every(group => group.every(isPassing))) return groups.map(pass)
    const short = this.#checkpointer.untilShort()
    if (short) await short.then(() => this.#assertOpen())
    const batch = this.#write(() => this.#append.commit(groups, this.#clock.now()))
    // Without a message nothing may have been written (duplicates), which proves nothing.
    if (batch.messages.length > 0) this.#stored(batch)
    this.#checkpointer.committed(batch.bytes, batch.channels)
    return batch.outcomes
  }

  async read(from: readonly From[], limit: number, maxBytes: number): Promise<Page> {
    return this.#read(() => this.#reader.read(from, limit, maxBytes, this.#clock.now()))
  }

  follow(follower: Follower): () => void {
    return this.#followers.add(follower)
  }

  async page(query: HistoryQuery): Promise<HistoryPage> {
    return this.#read(() => this.#history.page(query, this.#clock.now()))
  }

  async channels(query: { prefix: string; after: string; limit: number }): Promise<readonly StoredChannel[]> {
    return this.#read(() => this.#settled(() => this.#history.channels(query)))
  }

  async channel(name: string): Promise<StoredChannel | null> {
    return this.#read(() => this.#settled(() => this.#history.channel(name)))
  }

  async figures(): Promise<LogFigures> {
    return this.#read(() => this.#history.figures())
  }

  async purge(channel: string): Promise<void> {
    this.#assertOpen()
    const now = this.#clock.now()
    const through = this.#write(() =>
      this.#ledger.transact(() => {
        const row = this.#ledger.find(channel)
        return row ? this.#trim.purge(row, now) : 0
      }),
    )
    if (through > 0) this.#tellRemoved({ channel, through })
  }

  async remove(channel: string, seq: number): Promise<boolean> {
    this.#assertOpen()
    const now = this.#clock.now()
    const isRemoved = this.#write(() =>
      this.#ledger.transact(() => {
        const row = this.#ledger.find(channel)
        return row !== undefined && this.#trim.one(row, seq, now)
      }),
    )
    if (isRemoved) this.#tellRemoved({ channel, seq })
    return isRemoved
  }

  /** Stops cleanly and frees the data folder. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    const { db, mark, incarnation, unlock } = this.#opened
    this.#stopRetention()
    this.#health.stop()
    await this.#checkpointer.close()
    try {
      // Without its lock the log may be another gateway's by now, which has not stopped.
      this.#files.assertInPlace()
      this.#settled(() => {})
      db.prepare('UPDATE meta SET stopped = 1').run()
      // Closing the last connection checkpoints and fsyncs; only then may the mark speak of a clean stop.
      db.close()
      mark.write({ incarnation, stopped: true }, this.#ledger.head)
    } catch {
      // A disk that cannot take the mark, or has no such file, leaves an unclean stop, which the next start knows how to treat.
    } finally {
      db.close()
      mark.close()
      unlock()
    }
  }

  #write<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      if (!isStorageFault(error)) throw error
      this.#health.failed(error, 'written')
      throw new StorageFailure('written', error)
    }
  }

  /** What cannot be read must not be written on either: damage, or a disk that fails. */
  #read<T>(work: () => T): T {
    this.#assertOpen()
    try {
      return work()
    } catch (error) {
      if (!isStorageFault(error)) throw error
      if (!isBusy(error)) this.#health.failed(error, 'read')
      throw new StorageFailure('read', error)
    }
  }

  /** Reads the rows of channels as they are now, or, while nothing can be written, as they were when it could. */
  #settled<T>(work: () => T): T {
    try {
      this.#ledger.settle()
    } catch (error) {
      if (!isStorageFault(error)) throw error
    }
    return work()
  }

  /** A step of retention has written something, or could not. */
  #stepped(error: Error | null): void {
    if (!error) {
      this.#checkpointer.committed(0, RETENTION_TOUCHES)
      this.#health.worked()
    } else if (isStorageFault(error)) {
      this.#health.failed(error, 'written')
    } else {
      process.emitWarning(error)
    }
  }

  #stored({ messages }: Batch): void {
    const { head, bytes } = this.#ledger
    this.#opened.mark.note(head)
    this.#health.worked()
    if (bytes > this.#maxBytes) this.#retention.hurry()
    this.#followers.tellAppended(messages, head)
  }

  #tellRemoved(removal: Removal): void {
    this.#health.worked()
    this.#followers.tellRemoved(removal)
  }

  #assertOpen(): void {
    if (this.#closing) throw new Error('The log is closed.')
  }
}

function watchStorage(
  db: Database,
  files: LogFiles,
  { clock, onFault = () => {} }: SqliteLogOptions,
): StorageHealth {
  const probe = db.prepare('UPDATE meta SET head = head')
  return new StorageHealth({
    path: db.name,
    assertInPlace: () => files.assertInPlace(),
    probe: () => probe.run(),
    check: async () => {
      const sound = await isSound(db.name)
      // Pages remembered from before would still be the damaged ones.
      if (sound && db.open) db.pragma('shrink_memory')
      return sound
    },
    onFault,
    clock,
  })
}

function startClock(options: SqliteLogOptions, last: number): LogClock {
  const { clock, uptime = () => performance.now(), onWarning = () => {} } = options
  return new LogClock({ wall: clock, last, uptime, onWarning })
}

function isPassing(entry: Entry): boolean {
  return !entry.stored && !entry.idempotency
}

function pass(group: readonly Entry[]): GroupOutcome {
  return { ok: true, entries: group.map(() => ({ seq: null, duplicate: false })) }
}
