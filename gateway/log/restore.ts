// Puts a backup in the place of a log that no gateway runs on. Knows no command line.

import { chownSync, copyFileSync, existsSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { copyDatabase } from './backup.ts'
import { findDamage } from './check.ts'
import { lockFolder, makeFolder } from './lock.ts'
import { LogUnusable } from './log-unusable.ts'
import { syncFolder } from './mark.ts'
import { SCHEMA_VERSION } from './migrations.ts'

/** Added to the log's name, while the copy is not yet in its place. */
const UNFINISHED = '.restoring'

export interface RestoreOptions {
  readonly dataDir: string
  /** The backup; it is copied and stays as it is. */
  readonly source: string
  /** Becomes part of the name under which the old log is kept. */
  readonly now: Date
  readonly onProgress: (done: number, total: number) => void
}

/**
 * Replaces the log of the folder by a copy of the backup, which begins a new epoch (rule C3). Returns the name under
 * which the old one is kept, or null when there was none. Throws `LogUnusable` while a gateway runs on the folder, or
 * when the backup is not sound; the folder is then as it was.
 */
export async function restore({ dataDir, source, now, onProgress }: RestoreOptions): Promise<string | null> {
  if (!existsSync(source)) throw new LogUnusable(`There is no backup ${source}; name one that exists.`)
  makeFolder(dataDir)
  const unlock = lockFolder(dataDir, 'stop it, then restore')
  const path = join(dataDir, 'log.db')
  const beside = path + UNFINISHED
  try {
    rmSync(beside, { force: true })
    await copyDatabase(source, beside, onProgress)
    const damage = findDamage(beside)
    if (damage !== null) throw new Error(`it is damaged: ${damage}`)
    disown(beside)
    giveTo(beside, dataDir)
    return replace(path, beside, now)
  } catch (error) {
    throw new LogUnusable(`${source} cannot be restored to ${dataDir} (${(error as Error).message}).`)
  } finally {
    for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(beside + suffix, { force: true })
    unlock()
  }
}

/** It holds less than was acknowledged: no start may take it for the log that clients have cursors of (rule C3). */
function disown(path: string): void {
  const db = new SqliteDatabase(path)
  try {
    const version = db.pragma('user_version', { simple: true }) as number
    if (version > SCHEMA_VERSION) throw new Error(`it was written by a newer version (schema ${version})`)
    db.pragma('synchronous = FULL')
    db.prepare("UPDATE meta SET incarnation = 'restored', file_id = '', stopped = 0").run()
  } finally {
    db.close()
  }
}

/** Restored by root, it still belongs to the gateway's user. */
function giveTo(path: string, dataDir: string): void {
  if (process.getuid?.() !== 0) return
  const { uid, gid } = statSync(dataDir)
  chownSync(path, uid, gid)
}

/**
 * The WAL goes along under the old log's new name, so that it can still be opened with its newest commits. The log never
 * stands without its WAL, nor the copy beside the old one: interrupted in between, there is no log, which the next start
 * takes for what it is.
 */
function replace(path: string, beside: string, now: Date): string | null {
  const kept = `${path}.before-restore-${now.toISOString().replaceAll(/[:.]/g, '-')}`
  const hadOne = existsSync(path)
  if (hadOne) {
    if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, `${kept}-wal`)
    renameSync(path, kept)
  }
  for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true })
  renameSync(beside, path)
  syncFolder(dirname(path))
  return hadOne ? kept : null
}

/** Refuses to begin an empty log where a restore was interrupted. */
export function refuseHalfRestored(path: string): void {
  if (existsSync(path) || !existsSync(path + UNFINISHED)) return
  throw new LogUnusable(
    `A restore of ${path} was interrupted: run it again, or remove ${basename(path)}${UNFINISHED} to start anew; a log that stood there is kept beside it.`,
  )
}
