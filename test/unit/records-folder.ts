// Records of a test, in a folder of their own, and ways to break them: closed and removed at teardown.

import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { onTestFinished } from 'vitest'
import type { Deed } from '../../gateway/core/audit.ts'
import { openRecords, type Records, type RecordsOptions } from '../../gateway/records/records.ts'
import { makeFolder } from './log-folder.ts'

const YEAR_MS = 365 * 24 * 60 * 60 * 1000

export interface TestRecords extends Records {
  readonly dataDir: string
  /** What could not be recorded. */
  readonly lost: Deed[]
  /** Holds the file for a write, as a process would that does not end; returns the release. */
  hold(): () => void
  /** Makes every entry of the audit log fail from now on. */
  breakAudit(): void
}

/** `dataDir` given: opens the same file once more, as another process would. */
export function openTestRecords(more: Partial<RecordsOptions> = {}): TestRecords {
  const lost: Deed[] = []
  const dataDir = more.dataDir ?? makeFolder()
  const records = openRecords({
    busyTimeoutMs: 0,
    clock: Date.now,
    maxEntries: 100,
    maxAgeMs: YEAR_MS,
    onLost: deed => lost.push(deed),
    ...more,
    dataDir,
  })
  onTestFinished(() => records.close())
  const reach = (): SqliteDatabase.Database => {
    const db = new SqliteDatabase(join(dataDir, 'records.db'))
    onTestFinished(() => void db.close())
    return db
  }
  const hold = () => {
    const db = reach()
    db.exec('BEGIN IMMEDIATE')
    return () => void db.exec('ROLLBACK')
  }
  const breakAudit = () => {
    reach().exec("CREATE TRIGGER broken BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'broken'); END")
  }
  return { ...records, dataDir, lost, hold, breakAudit }
}
