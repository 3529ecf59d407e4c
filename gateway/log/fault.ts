// Tells a failure of the storage from one of the data, and says it for people. Remembers nothing.

import SqliteDatabase from 'better-sqlite3'
import type { Failure } from '../../shared/codes.ts'
import { LogMoved } from './log-files.ts'

/** Told once when the storage starts to fail, and once when it works again. */
export interface Fault {
  readonly state: 'failed' | 'recovered'
  readonly message: string
}

/** What the log rejects with when its storage fails, and not its caller; `failure` is for clients. */
export class StorageFailure extends Error {
  override readonly name = 'StorageFailure'
  readonly failure: Failure

  constructor(doing: 'read' | 'written', cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    const message = `The log cannot be ${doing} now: try again in a while; operators see why.`
    this.failure = { code: 'unavailable', message }
  }
}

const OF_THE_DATA = /^SQLITE_(TOOBIG|CONSTRAINT|MISMATCH|RANGE)/

/** Whether nothing at all can be written (disk full, I/O error, locked by a stranger, moved), not just this one row. */
export function isStorageFault(error: unknown): error is Error {
  if (error instanceof LogMoved || error instanceof StorageFailure) return true
  return error instanceof SqliteDatabase.SqliteError && !OF_THE_DATA.test(error.code)
}

/** Whether the content of the file is wrong: that does not pass, and what is written on top of it may be lost. */
export function isDamage(error: unknown): boolean {
  return codeOf(error).startsWith('SQLITE_CORRUPT') || codeOf(error) === 'SQLITE_NOTADB'
}

/** Whether another program is in the way for a moment. */
export function isBusy(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED)/.test(codeOf(error))
}

/** One sentence for operators: what is wrong with the log at `path`, and what to do. */
export function describeFault(path: string, error: Error): string {
  if (error instanceof LogMoved) {
    return `${error.message}; publishes are refused. Put the files back where they were, or restart the gateway, which then uses what is there.`
  }
  if (isDamage(error)) {
    return `The log ${path} is damaged (${error.message}); publishes are refused, and what can be read is. Stop the gateway and restore a backup (twinwire restore FILE), or move the file away to start anew.`
  }
  const cause = isBusy(error) ? `${error.message}: another program holds it` : error.message
  return `The log ${path} cannot be written (${cause}); publishes are refused until it can be.`
}

function codeOf(error: unknown): string {
  return error instanceof SqliteDatabase.SqliteError ? error.code : ''
}
