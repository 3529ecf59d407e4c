// The records' file: what it refuses to open, and an audit log that stays bounded whatever is done to it.

import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { expect, test } from 'vitest'
import type { Actor, AuditAction, Deed } from '../../gateway/core/audit.ts'
import { openRecords } from '../../gateway/records/records.ts'
import { RecordsUnusable } from '../../gateway/records/records-unusable.ts'
import { makeFolder } from './log-folder.ts'
import { openTestRecords } from './records-folder.ts'

const ADMIN: Actor = { kind: 'operator', name: 'admin', address: '192.0.2.1' }
const MINUTE_MS = 60_000

const deed = (action: AuditAction, more: Partial<Deed> = {}): Deed => ({ actor: ADMIN, action, ...more })

test('the file is for its owner only', () => {
  const { dataDir } = openTestRecords()
  for (const name of ['records.db', 'records.db-wal', 'records.db-shm']) {
    expect(statSync(join(dataDir, name)).mode & 0o777, name).toBe(0o600)
  }
})

const foreign: [string, (path: string) => void, RegExp][] = [
  ['no database', path => writeFileSync(path, 'x'.repeat(5000)), /is not a database; restore a backup/],
  [
    "another program's",
    path => {
      const db = new SqliteDatabase(path)
      db.exec('CREATE TABLE theirs (x)')
      db.close()
    },
    /another program's database/,
  ],
  [
    'of a newer version',
    path => {
      openRecords({ ...OPTIONS, dataDir: join(path, '..') }).close()
      const db = new SqliteDatabase(path)
      db.pragma('user_version = 99')
      db.close()
    },
    /newer version of this program \(schema 99/,
  ],
  [
    'damaged behind its first page',
    path => {
      openRecords({ ...OPTIONS, dataDir: join(path, '..') }).close()
      const bytes = readFileSync(path)
      writeFileSync(path, bytes.fill(0x5a, 4096))
    },
    /records\.db is damaged .* to start anew without the API keys/,
  ],
]
const OPTIONS = {
  busyTimeoutMs: 0,
  clock: Date.now,
  maxEntries: 100,
  maxAgeMs: MINUTE_MS,
  onLost: () => {},
}

test.each(foreign)('a file that is %s is refused in a sentence, and not touched', (_name, make, message) => {
  const dataDir = makeFolder()
  const path = join(dataDir, 'records.db')
  make(path)
  chmodSync(path, 0o600)
  const before = readFileSync(path)
  expect(() => openRecords({ ...OPTIONS, dataDir })).toThrow(RecordsUnusable)
  expect(() => openRecords({ ...OPTIONS, dataDir })).toThrow(message)
  expect(readFileSync(path).equals(before)).toBe(true)
})

test('entries are read newest first, by page, by actor, by action', () => {
  const { audit } = openTestRecords({ clock: () => 5000 })
  audit.note(deed('login'))
  audit.note(deed('purge', { target: 'public:a', detail: 'why' }))
  audit.note(deed('purge', { actor: { kind: 'key', name: 'shop' }, target: 'public:b' }))
  const all = audit.read({ limit: 10 })
  expect(all.map(({ id, action }) => [id, action])).toEqual([
    [3, 'purge'],
    [2, 'purge'],
    [1, 'login'],
  ])
  expect(all[1]).toEqual({
    id: 2,
    time: 5000,
    kind: 'operator',
    actor: 'admin',
    address: '192.0.2.1',
    action: 'purge',
    target: 'public:a',
    detail: 'why',
    count: 1,
  })
  expect(all[0]).not.toHaveProperty('address')
  const ids = (query: object) => audit.read({ limit: 10, ...query }).map(({ id }) => id)
  expect(ids({ limit: 2 })).toEqual([3, 2])
  expect(ids({ before: 3 })).toEqual([2, 1])
  expect(ids({ actor: 'admin', action: 'purge' })).toEqual([2])
  expect(ids({ actor: "' OR true --" })).toEqual([])
})

test('failed logins of an hour are one entry for each address and name', () => {
  const time = { now: 0 }
  const { audit } = openTestRecords({ clock: () => time.now })
  const fail = (name: string, address: string) =>
    audit.note({ actor: { kind: 'nobody', name, address }, action: 'login_failed' })
  for (time.now = 0; time.now < 10 * MINUTE_MS; time.now += MINUTE_MS) fail('admin', 'a')
  fail('admin', 'b')
  fail('unknown user', 'a')
  time.now = 61 * MINUTE_MS
  fail('admin', 'a')
  const seen = audit
    .read({ limit: 10 })
    .map(entry => [entry.actor, entry.address, entry.count, entry.lastTime])
  expect(seen).toEqual([
    ['admin', 'a', 1, undefined],
    ['unknown user', 'a', 1, undefined],
    ['admin', 'b', 1, undefined],
    ['admin', 'a', 10, 9 * MINUTE_MS],
  ])
})

test('the log is bounded by count and age, and guessing pushes nothing else out', () => {
  const time = { now: 0 }
  const { audit } = openTestRecords({ clock: () => time.now, maxAgeMs: MINUTE_MS })
  audit.note(deed('purge', { target: 'kept' }))
  for (let n = 0; n < 500; n++) {
    audit.note({ actor: { kind: 'nobody', name: 'admin', address: `${n}` }, action: 'login_failed' })
    if (n % 50 === 0) audit.trim()
  }
  audit.trim()
  const entries = audit.read({ limit: 1000 })
  expect(entries.at(-1)).toMatchObject({ target: 'kept' })
  expect(entries.filter(({ action }) => action === 'login_failed').map(({ address }) => address)).toEqual(
    Array.from({ length: 10 }, (_, n) => `${499 - n}`),
  )
  for (let n = 0; n < 150; n++) audit.note(deed('purge', { target: `${n}` }))
  audit.trim()
  const left = audit.read({ limit: 1000 })
  expect([left.length, left[0]!.target, left.at(-1)!.target]).toEqual([100, '149', '50'])
  time.now = MINUTE_MS
  audit.note(deed('login'))
  audit.trim()
  expect(audit.read({ limit: 10 })).toMatchObject([{ action: 'login', id: left[0]!.id + 1 }])
})

test('names of any length are cut, and a record that fails throws nothing', () => {
  const records = openTestRecords()
  records.audit.note(deed('disconnect_user', { target: 'x'.repeat(10_000) }))
  expect(records.audit.read({ limit: 1 })[0]!.target).toHaveLength(301)
  records.breakAudit()
  records.audit.note(deed('purge', { target: 'a' }))
  expect(records.lost).toMatchObject([{ action: 'purge', target: 'a' }])
})
