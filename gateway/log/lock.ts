// One gateway per data folder. Knows nothing of what the folder holds.

import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { LogUnusable } from './log-unusable.ts'

/**
 * Takes the folder's lock; returns its release. Throws `LogUnusable` when another gateway has it.
 *
 * The lock is the operating system's, on a small SQLite file: the kernel frees it with the process, also after
 * kill -9. A pid file would lie after a crash and inside containers, where every gateway is process 1.
 */
export function lockFolder(dataDir: string): () => void {
  const path = join(dataDir, 'log.lock')
  let db: SqliteDatabase.Database | undefined
  try {
    db = new SqliteDatabase(path, { timeout: 0 })
    // Never committed and never written to: it only holds the file.
    db.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    db?.close()
    throw new LogUnusable(describe(dataDir, path, error as Error))
  }
  const held = db
  return () => held.close()
}

function describe(dataDir: string, path: string, error: Error): string {
  const code = error instanceof SqliteDatabase.SqliteError ? error.code : ''
  if (code.startsWith('SQLITE_BUSY')) {
    return `The data folder ${dataDir} is in use by another gateway; stop that one, or give this one a dataDir of its own.`
  }
  if (code === 'SQLITE_NOTADB') return `${path} is not a lock file of this program; move it away.`
  return `The data folder ${dataDir} cannot be written (${error.message}); check its owner, its permissions and the free space.`
}
