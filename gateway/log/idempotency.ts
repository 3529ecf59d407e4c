// Idempotency keys: which publication a key stands for, for ten minutes (rule H2). Outlives trims and purges.

import type { Database, Statement } from 'better-sqlite3'

const LIFETIME_MS = 10 * 60 * 1000

interface Claim {
  seq: number | null
  time: number
}

export class IdempotencyKeys {
  readonly #find: Statement<[string, string, string], Claim>
  readonly #claim: Statement<[string, string, string, number | null, number]>
  readonly #oldest: Statement<[number], { id: number; time: number }>
  readonly #deleteUpTo: Statement<[number]>

  constructor(db: Database) {
    this.#find = db.prepare('SELECT seq, time FROM idempotency WHERE channel = ? AND key = ? AND scope = ?')
    this.#claim = db.prepare(
      'INSERT OR REPLACE INTO idempotency (channel, key, scope, seq, time) VALUES (?, ?, ?, ?, ?)',
    )
    this.#oldest = db.prepare('SELECT id, time FROM idempotency ORDER BY id LIMIT ?')
    this.#deleteUpTo = db.prepare('DELETE FROM idempotency WHERE id <= ?')
  }

  /** The publication that has the key; `now` in milliseconds of the log's time. */
  find(channel: string, key: string, scope: string, now: number): { seq: number | null } | null {
    const claim = this.#find.get(channel, key, scope)
    return claim && now - claim.time < LIFETIME_MS ? claim : null
  }

  claim(channel: string, key: string, scope: string, seq: number | null, now: number): void {
    this.#claim.run(channel, key, scope, seq, now)
  }

  /** The oldest claims that are over, `limit` at most: how many, and the id of the last of them. */
  findExpired(now: number, limit: number): { count: number; last: number } {
    const oldest = this.#oldest.all(limit)
    const firstValid = oldest.findIndex(({ time }) => now - time < LIFETIME_MS)
    const count = firstValid < 0 ? oldest.length : firstValid
    return { count, last: count === 0 ? 0 : oldest[count - 1]!.id }
  }

  deleteUpTo(id: number): void {
    this.#deleteUpTo.run(id)
  }
}
