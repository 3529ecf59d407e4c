// The audit log in SQLite: bounded, newest first, failed logins folded together. Knows no requests.

import type { Database, Statement } from 'better-sqlite3'
import type { AuditEntry, AuditQuery, AuditTrail, Deed } from '../core/audit.ts'
import type { Clock } from '../core/clock.ts'

/** Failed logins of one address as one user are one entry for so long, with a count. */
const FOLD_MS = 60 * 60 * 1000
/** Of all entries, failed logins take this part at most: guessing must not push out what was done. */
const FAILED_PART = 0.1
/** Names come from requests, and a path has room for many thousand characters. */
const MAX_TEXT = 300

export interface AuditOptions {
  readonly clock: Clock
  readonly maxEntries: number
  readonly maxAgeMs: number
  /** Told of each deed that could not be recorded. */
  readonly onLost: (deed: Deed, error: unknown) => void
}

export class AuditRecords implements AuditTrail {
  readonly #db: Database
  readonly #options: AuditOptions
  readonly #insert: Statement
  readonly #fold: Statement

  constructor(db: Database, options: AuditOptions) {
    this.#db = db
    this.#options = options
    this.#insert = db.prepare(
      `INSERT INTO audit (time, last_time, kind, actor, address, action, target, detail)
       VALUES (@time, @time, @kind, @actor, @address, @action, @target, @detail)`,
    )
    this.#fold = db.prepare(
      `UPDATE audit SET count = count + 1, last_time = @time WHERE id = (
         SELECT max(id) FROM audit WHERE action = 'login_failed' AND actor = @actor AND address IS @address
       ) AND time > @time - ${FOLD_MS}`,
    )
  }

  note(deed: Deed): void {
    try {
      this.append(deed)
    } catch (error) {
      this.#options.onLost(deed, error)
    }
  }

  /** Like `note`, but throws; for a transaction that must not succeed without its entry. */
  append({ actor, action, target, detail }: Deed): void {
    const row = {
      time: this.#options.clock(),
      kind: actor.kind,
      actor: shorten(actor.name),
      address: actor.address ?? null,
      action,
      target: target === undefined ? null : shorten(target),
      detail: detail === undefined ? null : shorten(detail),
    }
    const isFolded = action === 'login_failed' && this.#fold.run(row).changes > 0
    if (!isFolded) this.#insert.run(row)
  }

  read({ before, actor, action, limit }: AuditQuery): AuditEntry[] {
    const given: [string, string | number | undefined][] = [
      ['id < ?', before],
      ['actor = ?', actor],
      ['action = ?', action],
    ]
    const where = given.filter(([, value]) => value !== undefined)
    const conditions = where.map(([condition]) => condition).join(' AND ') || 'true'
    const rows = this.#db
      .prepare<unknown[], AuditRow>(`SELECT * FROM audit WHERE ${conditions} ORDER BY id DESC LIMIT ?`)
      .all(...where.map(([, value]) => value), limit)
    return rows.map(toEntry)
  }

  /** Removes what is too old or too much; throws when the storage fails. */
  trim(): void {
    const { clock, maxEntries, maxAgeMs } = this.#options
    this.#db.prepare('DELETE FROM audit WHERE last_time <= ?').run(clock() - maxAgeMs)
    this.#db
      .prepare('DELETE FROM audit WHERE id <= (SELECT id FROM audit ORDER BY id DESC LIMIT 1 OFFSET ?)')
      .run(maxEntries)
    this.#db
      .prepare(
        `DELETE FROM audit WHERE action = 'login_failed' AND id <= (
           SELECT id FROM audit WHERE action = 'login_failed' ORDER BY id DESC LIMIT 1 OFFSET ?
         )`,
      )
      .run(Math.ceil(maxEntries * FAILED_PART))
  }
}

interface AuditRow {
  readonly id: number
  readonly time: number
  readonly last_time: number
  readonly count: number
  readonly kind: AuditEntry['kind']
  readonly actor: string
  readonly address: string | null
  readonly action: AuditEntry['action']
  readonly target: string | null
  readonly detail: string | null
}

function toEntry(row: AuditRow): AuditEntry {
  const { id, time, kind, actor, address, action, target, detail, count } = row
  return {
    id,
    time,
    kind,
    actor,
    ...(address !== null && { address }),
    action,
    ...(target !== null && { target }),
    ...(detail !== null && { detail }),
    count,
    ...(count > 1 && { lastTime: row.last_time }),
  }
}

function shorten(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text
}
