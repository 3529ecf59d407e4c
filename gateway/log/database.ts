// Opens the log's database file, or says in one sentence why it cannot be used. Knows no tables.

import { closeSync, openSync, readSync, statSync } from 'node:fs'
import SqliteDatabase from 'better-sqlite3'
import { isBusy, isDamage } from './fault.ts'
import { LogUnusable } from './log-unusable.ts'
import { APPLICATION_ID, migrate, SCHEMA_VERSION } from './migrations.ts'

const MAGIC = 'SQLite format 3\0'

/**
 * Opens or creates the database; `fresh` when it was empty. Throws `LogUnusable` for a file that is not a database,
 * is another program's, is damaged or is newer than this program; such a file is not touched.
 *
 * The caller holds the folder's lock: `inspect` opens the file by itself, which would drop the locks of another
 * connection of this process (POSIX locks belong to the process).
 */
export function openDatabase(
  path: string,
  durability: 'normal' | 'full',
): { db: SqliteDatabase.Database; fresh: boolean } {
  inspect(path)
  let db: SqliteDatabase.Database | undefined
  try {
    // Messages are for the gateway's user only; SQLite gives its side files the same mode.
    closeSync(openSync(path, 'a', 0o600))
    // A busy timeout would hold the event loop: whoever is busy here is a stranger, and waiting is the caller's choice.
    db = new SqliteDatabase(path, { timeout: 0 })
    db.pragma('journal_mode = WAL')
    db.pragma(`synchronous = ${durability === 'full' ? 'FULL' : 'NORMAL'}`)
    db.pragma('wal_autocheckpoint = 0')
    db.pragma('cache_size = -16384')
    return { db, fresh: migrate(db) }
  } catch (error) {
    db?.close()
    throw unusableBecause(path, error)
  }
}

/** Looks at an existing file without being able to change it. */
function inspect(path: string): void {
  try {
    if (!hasContent(path)) return
    const db = new SqliteDatabase(path, { readonly: true, timeout: 0 })
    try {
      refuseForeign(db, path)
    } finally {
      db.close()
    }
  } catch (error) {
    throw unusableBecause(path, error)
  }
}

function hasContent(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found) return false
  if (!found.isFile()) throw new LogUnusable(`${path} is not a file; move it away or choose another dataDir.`)
  if (found.size === 0) return false
  const head = Buffer.alloc(MAGIC.length)
  const file = openSync(path, 'r')
  try {
    readSync(file, head, 0, head.length, 0)
  } finally {
    closeSync(file)
  }
  if (head.toString('latin1') !== MAGIC) throw notADatabase(path)
  return true
}

function refuseForeign(db: SqliteDatabase.Database, path: string): void {
  const version = db.pragma('user_version', { simple: true }) as number
  const owner = db.pragma('application_id', { simple: true }) as number
  const tables = db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number
  if (tables === 0) return
  if (owner !== APPLICATION_ID) {
    throw new LogUnusable(`${path} is another program's database; move it away or choose another dataDir.`)
  }
  if (version > SCHEMA_VERSION) {
    throw new LogUnusable(
      `${path} was written by a newer version of this program (schema ${version}, this one knows ${SCHEMA_VERSION}); start that version, or choose another dataDir.`,
    )
  }
}

/** Why the database at `path` cannot be opened, and what to do, in one sentence. */
export function unusableBecause(path: string, error: unknown): LogUnusable {
  if (error instanceof LogUnusable) return error
  const { message } = error as Error
  const code = error instanceof SqliteDatabase.SqliteError ? error.code : ''
  if (code === 'SQLITE_NOTADB') return notADatabase(path)
  if (isDamage(error)) {
    return new LogUnusable(
      `${path} is damaged (${message}); restore a backup (twinwire restore FILE), or move it away to start anew.`,
    )
  }
  if (isBusy(error)) {
    return new LogUnusable(
      `${path} is locked by another program (${message}); end that one, then start again.`,
    )
  }
  return new LogUnusable(
    `${path} cannot be opened (${message}); check its owner, its permissions and the free space.`,
  )
}

function notADatabase(path: string): LogUnusable {
  return new LogUnusable(
    `${path} is not a database; restore a backup (twinwire restore FILE), or move it away to start anew.`,
  )
}
