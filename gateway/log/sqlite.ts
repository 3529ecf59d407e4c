// Opens the log of a data folder: its lock, its database, its epoch. Knows nothing of what is done with it afterwards.

import { join } from 'node:path'
import { openDatabase, unusableBecause } from './database.ts'
import { randomEpoch, readBootId, startIncarnation } from './epoch.ts'
import { lockFolder, makeFolder } from './lock.ts'
import { Mark } from './mark.ts'
import type { SqliteLogOptions } from './options.ts'
import { refuseHalfRestored } from './restore.ts'
import { type Opened, SqliteLog } from './sqlite-log.ts'

/** Opens or creates the log of a data folder. Throws `LogUnusable` when that is not possible. */
export async function openSqliteLog(options: SqliteLogOptions): Promise<SqliteLog> {
  const { dataDir } = options
  makeFolder(dataDir)
  const unlock = lockFolder(dataDir)
  try {
    return begin(options, open(options, unlock))
  } catch (error) {
    unlock()
    throw unusableBecause(join(dataDir, 'log.db'), error)
  }
}

/** What a damaged database has to say it says when its figures are first read. */
function begin(options: SqliteLogOptions, opened: Opened): SqliteLog {
  try {
    return new SqliteLog(options, opened)
  } catch (error) {
    opened.mark.close()
    opened.db.close()
    throw error
  }
}

function open(options: SqliteLogOptions, unlock: () => void): Opened {
  const { dataDir, durability, bootId = readBootId(), random: makeEpoch = randomEpoch } = options
  const path = join(dataDir, 'log.db')
  refuseHalfRestored(path)
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
