// Copies a log's database into one file while a gateway may be writing to it. Knows no command line.

import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { findDamage } from './check.ts'
import { LogUnusable } from './log-unusable.ts'
import { syncFolder } from './mark.ts'
import { APPLICATION_ID } from './migrations.ts'

export interface BackupOptions {
  readonly dataDir: string
  /** The file to make. */
  readonly target: string
  /** Whether a file that is there already is replaced. */
  readonly force: boolean
  /** Told after each slice, in pages. */
  readonly onProgress: (done: number, total: number) => void
}

/** 4 MiB, which takes a few milliseconds. */
const SLICE_PAGES = 1024

/**
 * Makes the copy: readable by its owner only, complete, and checked before it gets its name. Throws `LogUnusable` with
 * what is in the way; the target is then as it was.
 */
export async function backUp({ dataDir, target, force, onProgress }: BackupOptions): Promise<void> {
  const source = join(dataDir, 'log.db')
  if (!existsSync(source)) {
    throw new LogUnusable(`There is no log in ${dataDir}; run this where the gateway runs, or set dataDir.`)
  }
  if (!force && existsSync(target)) {
    throw new LogUnusable(`${target} is there already; name another file, or add --force to replace it.`)
  }
  const beside = `${resolve(target)}.unfinished-${process.pid}`
  try {
    await copyDatabase(source, beside, onProgress)
    const damage = findDamage(beside)
    if (damage !== null) throw new Error(`the log is damaged: ${damage}`)
    renameSync(beside, target)
    syncFolder(dirname(resolve(target)))
  } catch (error) {
    throw new LogUnusable(`${source} cannot be copied to ${target} (${(error as Error).message}).`)
  } finally {
    rmSync(beside, { force: true })
  }
}

/** Copies a database of this program to a new file; on disk when this resolves. */
export async function copyDatabase(
  source: string,
  target: string,
  onProgress: (done: number, total: number) => void,
): Promise<void> {
  const db = new SqliteDatabase(source, { readonly: true, fileMustExist: true })
  try {
    if (db.pragma('application_id', { simple: true }) !== APPLICATION_ID) {
      throw new Error('it is not a log of this program')
    }
    // One snapshot for all slices: without it, each commit of the gateway would start the copy anew.
    db.exec('BEGIN')
    db.prepare('SELECT count(*) FROM meta').get()
    // Made before it is filled, so that nobody else can read it meanwhile.
    closeSync(openSync(target, 'wx', 0o600))
    await db.backup(target, {
      progress({ totalPages, remainingPages }) {
        onProgress(totalPages - remainingPages, totalPages)
        return SLICE_PAGES
      },
    })
  } finally {
    db.close()
  }
  finish(target)
}

/** Leaves one file that needs no other beside it, and can be read where nothing can be written. */
function finish(path: string): void {
  const db = new SqliteDatabase(path)
  try {
    db.pragma('journal_mode = DELETE')
  } finally {
    db.close()
  }
  const file = openSync(path, 'r+')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
