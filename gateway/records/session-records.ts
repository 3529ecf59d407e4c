// Operators' sessions in SQLite, by the hash of their id. Knows no cookies and no passwords.

import type { Database } from 'better-sqlite3'
import type { SessionStore, StoredSession } from '../core/session-store.ts'

export class SessionRecords implements SessionStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  list(): StoredSession[] {
    return this.#db
      .prepare<[], StoredSession>('SELECT digest, user, seal, expires FROM session ORDER BY expires')
      .all()
  }

  save(changes: ReadonlyMap<string, StoredSession | null>): void {
    const keep = this.#db.prepare(
      'INSERT OR REPLACE INTO session (digest, user, seal, expires) VALUES (@digest, @user, @seal, @expires)',
    )
    const forget = this.#db.prepare('DELETE FROM session WHERE digest = ?')
    const all = this.#db.transaction(() => {
      for (const [digest, session] of changes) {
        if (session) keep.run(session)
        else forget.run(digest)
      }
    })
    all.immediate()
  }
}
