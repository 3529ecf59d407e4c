// Opens the records' database file, or says in one sentence why it cannot be used. Knows no tables.

import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { APPLICATION_ID, migrate, SCHEMA_VERSION } from './migrations.ts'
import { RecordsUnusable } from './records-unusable.ts'

/**
 * Opens or creates the database. Throws `RecordsUnusable` for a file that is not a database, is another program's, is
 * damaged or is newer than this program; such a file is not touched. `busyTimeoutMs` is how long a write may wait for
 * another process, and in a gateway hold the event loop.
 */
export function openDatabase(path: string, busyTimeoutMs: number): SqliteDatabase.Database {
  let db: SqliteDatabase.Database | undefined
  try {
    makeFile(path)
    db = new SqliteDatabase(path, { timeout: busyTimeoutMs })
    // Before anything is written: asking for WAL changes the file.
    refuseForeign(db, path)
    db.pragma('journal_mode = WAL')
    // A key that was revoked must not come back with a power cut; writes are few enough to wait for the disk.
    db.pragma('synchronous = FULL')
    migrate(db)
    refuseDamaged(db, path)
    return db
  } catch (error) {
    db?.close()
    throw error instanceof RecordsUnusable ? error : unusable(path, error as Error)
  }
}

/** Readable by the gateway's user only; SQLite gives its side files the same mode. */
function makeFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  closeSync(openSync(path, 'a', 0o600))
}

function refuseForeign(db: SqliteDatabase.Database, path: string): void {
  const tables = db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number
  if (tables === 0) return
  const owner = db.pragma('application_id', { simple: true }) as number
  const version = db.pragma('user_version', { simple: true }) as number
  if (owner !== APPLICATION_ID) {
    throw new RecordsUnusable(
      `${path} is another program's database; move it away or choose another dataDir.`,
    )
  }
  if (version > SCHEMA_VERSION) {
    throw new RecordsUnusable(
      `${path} was written by a newer version of this program (schema ${version}, this one knows ${SCHEMA_VERSION}); start that version, or choose another dataDir.`,
    )
  }
}

/** Read through at every opening (20 MB at the most): met later, damage would end the process that met it. */
function refuseDamaged(db: SqliteDatabase.Database, path: string): void {
  const found = db.pragma('quick_check(1)', { simple: true }) as string
  // Below a headline of its own.
  if (found !== 'ok') throw damaged(path, found.split('\n').at(-1)!)
}

function damaged(path: string, how: string): RecordsUnusable {
  return new RecordsUnusable(`${path} is damaged (${how}); restore a backup, or move it away ${WITHOUT}.`)
}

const WITHOUT = 'to start anew without the API keys, sessions and audit log in it'

function unusable(path: string, error: Error): RecordsUnusable {
  const code = error instanceof SqliteDatabase.SqliteError ? error.code : ''
  if (code === 'SQLITE_NOTADB') {
    return new RecordsUnusable(`${path} is not a database; restore a backup, or move it away ${WITHOUT}.`)
  }
  if (code.startsWith('SQLITE_CORRUPT')) return damaged(path, error.message)
  return new RecordsUnusable(
    `${path} cannot be opened (${error.message}); check its owner, its permissions and the free space.`,
  )
}
