// API keys in SQLite, as hashes. Knows no key itself, and not what a key is good for.

import type { Database, Statement } from 'better-sqlite3'
import type { Deed } from '../core/audit.ts'
import type { KeyStore, StoredKey } from '../core/key-store.ts'
import type { AuditRecords } from './audit-records.ts'

interface KeyRow {
  readonly name: string
  readonly digest: Uint8Array
  readonly publish: string
  readonly read: number
  readonly admin: number
  readonly publish_per_second: number | null
  readonly created: number
  readonly created_by: string
}

export class KeyRecords implements KeyStore {
  readonly #db: Database
  readonly #audit: AuditRecords
  readonly #version: Statement<[], number>
  #seen: number

  constructor(db: Database, audit: AuditRecords) {
    this.#db = db
    this.#audit = audit
    this.#version = db.prepare<[], number>('PRAGMA data_version').pluck()
    this.#seen = this.#version.get()!
  }

  list(): StoredKey[] {
    return this.#db.prepare<[], KeyRow>('SELECT * FROM key ORDER BY created, name').all().map(toKey)
  }

  add({ publish, read, admin, publishPerSecond, ...key }: StoredKey, deed: Deed): void {
    const insert = this.#db.prepare(
      `INSERT INTO key (name, digest, publish, read, admin, publish_per_second, created, created_by)
       VALUES (@name, @digest, @publish, @read, @admin, @publishPerSecond, @created, @createdBy)`,
    )
    const flags = { read: Number(read), admin: Number(admin) }
    this.#db
      .transaction(() => {
        // Of an earlier key of this name, written after that was revoked.
        this.#db.prepare('DELETE FROM key_use WHERE name = ?').run(key.name)
        insert.run({
          ...key,
          ...flags,
          publish: JSON.stringify(publish),
          publishPerSecond: publishPerSecond ?? null,
        })
        this.#audit.append(deed)
      })
      .immediate()
  }

  remove(name: string, deed: Deed): boolean {
    const removal = this.#db.transaction(() => {
      if (this.#db.prepare('DELETE FROM key WHERE name = ?').run(name).changes === 0) return false
      this.#db.prepare('DELETE FROM key_use WHERE name = ?').run(name)
      this.#audit.append(deed)
      return true
    })
    return removal.immediate()
  }

  uses(): ReadonlyMap<string, number> {
    const rows = this.#db.prepare<[], { name: string; time: number }>('SELECT * FROM key_use').all()
    return new Map(rows.map(({ name, time }) => [name, time]))
  }

  saveUses(uses: ReadonlyMap<string, number>): void {
    const save = this.#db.prepare('INSERT OR REPLACE INTO key_use (name, time) VALUES (?, ?)')
    const all = this.#db.transaction(() => {
      for (const [name, time] of uses) save.run(name, time)
    })
    all.immediate()
  }

  /** SQLite counts the commits of other connections; asking takes some microseconds and reads no table. */
  hasChanged(): boolean {
    const version = this.#version.get()!
    const changed = version !== this.#seen
    this.#seen = version
    return changed
  }
}

function toKey(row: KeyRow): StoredKey {
  const { name, digest, publish, read, admin, created } = row
  return {
    name,
    digest,
    publish: JSON.parse(publish) as string[],
    read: read === 1,
    admin: admin === 1,
    publishPerSecond: row.publish_per_second ?? undefined,
    created,
    createdBy: row.created_by,
  }
}
