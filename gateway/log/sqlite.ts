// Opens the log of a data folder: its lock, its database, its epoch. Knows nothing of what is done with it afterwards.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../core/clock.ts'
import type { Retention } from '../core/history.ts'
import { openDatabase } from './database.ts'
import { randomEpoch, readBootId, startIncarnation } from './epoch.ts'
import type { Fault } from './fault.ts'
import { lockFolder } from './lock.ts'
import { LogUnusable } from './log-unusable.ts'
import { Mark } from './mark.ts'
import { type Opened, SqliteLog } from './sqlite-log.ts'

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

/** Opens or creates the log of a data folder. Throws `LogUnusable` when that is not possible. */
export async function openSqliteLog(options: SqliteLogOptions): Promise<SqliteLog> {
  const { dataDir } = options
  try {
    mkdirSync(dataDir, { recursive: true })
  } catch (error) {
    const why = (error as Error).message
    throw new LogUnusable(
      `The data folder ${dataDir} cannot be made (${why}); create it, or name another as dataDir.`,
    )
  }
  const unlock = lockFolder(dataDir)
  try {
    return new SqliteLog(options, open(options, unlock))
  } catch (error) {
    unlock()
    if (error instanceof LogUnusable) throw error
    const why = (error as Error).message
    throw new LogUnusable(
      `The log in ${dataDir} cannot be opened (${why}); check its permissions and the free space.`,
    )
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
