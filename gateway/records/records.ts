// The gateway's own records, in a SQLite file beside the log: wiping or restoring the log leaves them as they are.
// Knows nothing of what they are used for.

import { join } from 'node:path'
import { type AuditOptions, AuditRecords } from './audit-records.ts'
import { openDatabase } from './database.ts'
import { EventRecords } from './event-records.ts'
import { FigureRecords } from './figure-records.ts'
import { KeyRecords } from './key-records.ts'
import { SessionRecords } from './session-records.ts'

export interface Records {
  readonly keys: KeyRecords
  readonly sessions: SessionRecords
  readonly audit: AuditRecords
  readonly figures: FigureRecords
  readonly events: EventRecords
  /** Of the SQLite library, for people. */
  readonly sqliteVersion: string
  close(): void
}

export interface RecordsOptions extends AuditOptions {
  readonly dataDir: string
  /** How long a write waits for another process that writes. */
  readonly busyTimeoutMs: number
}

/** Opens or creates `records.db`; a gateway and commands may have it open together. Throws `RecordsUnusable`. */
export function openRecords(options: RecordsOptions): Records {
  const db = openDatabase(join(options.dataDir, 'records.db'), options.busyTimeoutMs)
  const audit = new AuditRecords(db, options)
  return {
    audit,
    keys: new KeyRecords(db, audit),
    sessions: new SessionRecords(db),
    figures: new FigureRecords(db),
    events: new EventRecords(db),
    sqliteVersion: db.prepare<[], string>('SELECT sqlite_version()').pluck().get()!,
    close: () => db.close(),
  }
}
