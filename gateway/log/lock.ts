// One gateway per data folder. Knows nothing of what the folder holds.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { LogUnusable } from './log-unusable.ts'

/** Its name in the data folder. */
export const LOCK_FILE = 'log.lock'

/** Makes the data folder, for the gateway's user only, unless it is there. Throws `LogUnusable` when that is not possible. */
export function makeFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  } catch (error) {
    const why = (error as Error).message
    throw new LogUnusable(
      `The data folder ${dataDir} cannot be made (${why}); create it, or name another as dataDir.`,
    )
  }
}

/**
 * Takes the folder's lock; returns its release. Throws `LogUnusable` when another gateway has it, with `advice` on what
 * to do then.
 *
 * The lock is the operating system's, on a small SQLite file: the kernel frees it with the process, also after
 * kill -9. A pid file would lie after a crash and inside containers, where every gateway is process 1; the one beside
 * the lock is for the message alone.
 */
export function lockFolder(
  dataDir: string,
  advice = 'stop that one, or give this one a dataDir of its own',
): () => void {
  const path = join(dataDir, LOCK_FILE)
  const holderPath = join(dataDir, 'log.pid')
  let db: SqliteDatabase.Database | undefined
  try {
    db = new SqliteDatabase(path, { timeout: 0 })
    // Never committed and never written to: it only holds the file.
    db.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    db?.close()
    if (!isHeld(error)) throw new LogUnusable(describe(dataDir, path, error as Error))
    throw new LogUnusable(
      `The data folder ${dataDir} is in use by another gateway${readHolder(holderPath)}; ${advice}.`,
    )
  }
  const held = db
  writeHolder(holderPath)
  return () => {
    removeHolder(holderPath)
    held.close()
  }
}

function isHeld(error: unknown): boolean {
  return error instanceof SqliteDatabase.SqliteError && error.code.startsWith('SQLITE_BUSY')
}

const ownNote = (): string => `${process.pid} ${hostname()}\n`

function writeHolder(path: string): void {
  try {
    writeFileSync(path, ownNote())
  } catch {
    // A full disk, for one; the lock is held all the same.
  }
}

/** Unless it names another by now: somebody had deleted the lock, and a second gateway took the folder. */
function removeHolder(path: string): void {
  if (readNote(path) === ownNote()) rmSync(path, { force: true })
}

function readNote(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** Who holds the lock, as far as its note can be believed; empty if not at all. */
function readHolder(path: string): string {
  const [, pid, host] = /^(\d+) (\S+)\n$/.exec(readNote(path)) ?? []
  if (pid === undefined) return ''
  // In a container, or on another machine with the same disk, the number is another process here.
  if (host !== hostname()) return ` (process ${pid} on ${host})`
  return isRunning(Number(pid)) ? ` (process ${pid})` : ''
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function describe(dataDir: string, path: string, error: Error): string {
  const code = error instanceof SqliteDatabase.SqliteError ? error.code : ''
  if (code === 'SQLITE_NOTADB') return `${path} is not a lock file of this program; move it away.`
  return `The data folder ${dataDir} cannot be written (${error.message}); check its owner, its permissions and the free space.`
}
