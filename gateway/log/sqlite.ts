// The log over SQLite: opens the data folder, puts the parts together and tells followers what was committed.
// Knows nothing of who publishes or reads.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from 'better-sqlite3'
import type { Clock } from '../core/clock.ts'
import type { History, HistoryPage, HistoryQuery, LogFigures, Retention, StoredChannel } from '../core/history.ts'
import type { Entry, Follower, From, GroupOutcome, Log, Message, Page, Removal } from '../core/log.ts'
import { Append, type Batch } from './append.ts'
import { Checkpointer } from './checkpoint.ts'
import { openDatabase } from './database.ts'
import { randomEpoch, readBootId, startIncarnation } from './epoch.ts'
import { type Fault, isStorageFault, StorageHealth } from './fault.ts'
import { StoredHistory } from './history.ts'
import { IdempotencyKeys } from './idempotency.ts'
import { Ledger } from './ledger.ts'
import { lockFolder } from './lock.ts'
import { LogClock } from './log-clock.ts'
import { LogUnusable } from './log-unusable.ts'
import { Mark } from './mark.ts'
import { Reader } from './read.ts'
import { RetentionPass } from './retention.ts'
import { Trim } from './trim.ts'

export interface SqliteLogOptions {
  readonly dataDir: string
  /** `full`: fsync every commit. `normal`: a power loss may cost the last commits, and then a new epoch. */
  readonly durability: 'normal' | 'full'
  /** Bound of the content kept in the whole log. */
  readonly maxBytes: number
  readonly retention: (channel: string) => Retention
  readonly clock: Clock
  /** Makes epochs: eight characters `[a-z0-9]`. */
  readonly random?: (() => string) | undefined
  readonly onFault?: ((fault: Fault) => void) | undefined
  /** Changes when the machine restarts; read from the kernel by default. */
  readonly bootId?: string | undefined
  /** Pause between two passes of retention (1 s). */
  readonly retentionEveryMs?: number | undefined
  /** Cap of the write-ahead log (64 MiB). */
  readonly maxWalBytes?: number | undefined
}

interface Opened {
  readonly db: Database
  readonly mark: Mark
  readonly epoch: string
  readonly incarnation: string
  readonly unlock: () => void
}

/** Opens or creates the log of a data folder. Throws `LogUnusable` when that is not possible. */
export async function openSqliteLog(options: SqliteLogOptions): Promise<SqliteLog> {
  const { dataDir } = options
  try {
    mkdirSync(dataDir, { recursive: true })
  } catch (error) {
    const why = (error as Error).message
    throw new LogUnusable(`The data folder ${dataDir} cannot be made (${why}); create it, or name another as dataDir.`)
  }
  const unlock = lockFolder(dataDir)
  try {
    return new SqliteLog(options, open(options, unlock))
  } catch (error) {
    unlock()
    if (error instanceof LogUnusable) throw error
    const why = (error as Error).message
    throw new LogUnusable(`The log in ${dataDir} cannot be opened (${why}); check its permissions and the free space.`)
  }
}

function open(options: SqliteLogOptions, unlock: () => void): Opened {
  const { dataDir, durability, bootId = readBootId(), random: makeEpoch = randomEpoch } = options
  const path = join(dataDir, 'log.db')
  const mark = new Mark(join(dataDir, 'log.mark'))
  const { db, fresh } = openDatabase(path, durability)
  try {
    const started = startIncarnation({ db, path, fresh, mark, durability, bootId, makeEpoch })
    return { db, mark, ...started, unlock }
  } catch (error) {
    mark.close()
    db.close()
    throw error
  }
}

const DEFAULT_WAL_BYTES = 64 * 1024 * 1024

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
  readonly #health: StorageHealth
  readonly #maxBytes: number
  readonly #followers = new Set<Follower>()
  #closing: Promise<void> | null = null

  constructor(options: SqliteLogOptions, opened: Opened) {
    const { dataDir, retention, maxBytes, maxWalBytes = DEFAULT_WAL_BYTES, retentionEveryMs: everyMs = 1000 } = options
    const { db, epoch } = opened
    this.epoch = epoch
    this.#opened = opened
    this.#maxBytes = maxBytes
    const ledger = new Ledger(db)
    const trim = new Trim(ledger)
    const keys = new IdempotencyKeys(db)
    const clock = new LogClock(options.clock, ledger.time)
    this.#ledger = ledger
    this.#trim = trim
    this.#clock = clock
    this.#append = new Append(ledger, keys, trim, retention)
    this.#reader = new Reader(ledger, epoch)
    this.#history = new StoredHistory(ledger, this.#reader, epoch)
    this.#checkpointer = new Checkpointer(db, db.name, maxWalBytes)
    const probe = db.prepare('UPDATE meta SET head = head')
    this.#health = new StorageHealth(dataDir, options.onFault ?? (() => {}), () => probe.run())
    const onWritten = (error: Error | null) => (error ? this.#noteFailure(error) : this.#checkpointer.committed(0, 100))
    this.#retention = new RetentionPass({ ledger, trim, keys, clock, maxBytes, retention, everyMs, onWritten })
    this.#stopRetention = this.#retention.start()
  }

  get head(): number {
    return this.#ledger.head
  }

  /** False after a storage failure, until a write works again. */
  get writable(): boolean {
    return this.#health.writable
  }

  async append(groups: readonly (readonly Entry[])[]): Promise<readonly GroupOutcome[]> {
    this.#assertOpen()
    // Nothing to write means nothing that can fail: channels without history flow on while the disk is full (rule C4).
    if (groups.every(group => group.every(isPassing))) return groups.map(pass)
    const batch = this.#write(() => this.#append.commit(groups, this.#clock.now()))
    this.#opened.mark.note(this.#ledger.head)
    this.#checkpointer.committed(batch.bytes, batch.channels)
    if (this.#ledger.bytes > this.#maxBytes) this.#retention.hurry()
    this.#tell(batch)
    return batch.outcomes
  }

  async read(from: readonly From[], limit: number, maxBytes: number): Promise<Page> {
    this.#assertOpen()
    return this.#reader.read(from, limit, maxBytes, this.#clock.now())
  }

  follow(follower: Follower): () => void {
    // Wrapped, so that following twice with one object means being told twice.
    const following: Follower = {
      appended: (messages, head) => follower.appended(messages, head),
      removed: removal => follower.removed(removal),
    }
    this.#followers.add(following)
    return () => this.#followers.delete(following)
  }

  async page(query: HistoryQuery): Promise<HistoryPage> {
    this.#assertOpen()
    return this.#history.page(query, this.#clock.now())
  }

  async channels(query: { prefix: string; after: string; limit: number }): Promise<readonly StoredChannel[]> {
    this.#assertOpen()
    return this.#history.channels(query)
  }

  async channel(name: string): Promise<StoredChannel | null> {
    this.#assertOpen()
    return this.#history.channel(name)
  }

  async figures(): Promise<LogFigures> {
    this.#assertOpen()
    return this.#history.figures()
  }
}
