// Whether a database file is sound, here or on a thread of its own. Writes nothing.

import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import SqliteDatabase from 'better-sqlite3'

// Compiled or not, the worker's file ends like this one.
const WORKER = new URL(`./check-worker${extname(import.meta.url)}`, import.meta.url)

/**
 * Reads the whole file; what is wrong with it, or null. It sees pages that contradict each other, not letters changed
 * within a message: SQLite keeps no checksums.
 */
export function findDamage(path: string): string | null {
  let db: SqliteDatabase.Database | undefined
  try {
    db = new SqliteDatabase(path, { readonly: true, fileMustExist: true, timeout: 0 })
    const found = db.pragma('quick_check(1)', { simple: true }) as string
    return found === 'ok' ? null : found.replaceAll('\n', ' ')
  } catch (error) {
    return (error as Error).message
  } finally {
    db?.close()
  }
}

/** The same on another thread; false also when it cannot be told, as on a machine without a thread to give. */
export function isSound(path: string): Promise<boolean> {
  return new Promise<boolean>(resolve => {
    const worker = new Worker(WORKER, { workerData: path })
    worker.unref()
    worker.once('message', (damage: string | null) => resolve(damage === null))
    worker.once('error', () => resolve(false))
    worker.once('exit', () => resolve(false))
  }).catch(() => false)
}
