// One gateway per data folder. Knows nothing of what the folder holds.

import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { makeDataFolder } from '../core/data-folder.ts'
import { LogUnusable } from './log-unusable.ts'

/** Makes the data folder, for the gateway's user only, unless it is there. Throws `LogUnusable` when that is not possible. */
export function makeFolder(dataDir: string): void {
  try {
    makeDataFolder(dataDir)
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
  const path = join(dataDir, 'log.lock')
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
    rmSync(holderPath, { force: true })
    held.close()
  }
}

function isHeld(error: unknown): boolean {
  return error instanceof SqliteDatabase.SqliteError && error.code.startsWith('SQLITE_BUSY')
}

function writeHolder(path: string): void {
  try {
    writeFileSync(path, `${process.pid} ${hostname()}\n`)
  } catch {
    // A full disk, for one; the lock is held all the same.
  }
}

/** Who holds the lock, as far as its note can be believed; empty if not at all. */
function readHolder(path: string): string {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return ''
  }
  const [, pid, host] = /^(\d+) (\S+)\n$/.exec(text) ?? []
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
