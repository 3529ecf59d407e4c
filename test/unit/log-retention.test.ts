// Retention over SQLite: the bounded steps, and idle channels.

import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { expect, it, vi } from 'vitest'
import { entry, eventually, publish } from '../contract/log-publish.ts'
import { makeFolder, openLog } from './log-folder.ts'

const HOUR_MS = 60 * 60 * 1000

/** What a table really holds, seen from outside. */
function count(dataDir: string, table: string): number {
  const db = new SqliteDatabase(join(dataDir, 'log.db'), { readonly: true, timeout: 1000 })
  try {
    return db.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number
  } finally {
    db.close()
  }
}

const many = (channel: string, length: number) => Array.from({ length }, () => entry(channel))

it('[N4] a purge hides everything at once and deletes it in steps', async () => {
  const dataDir = makeFolder()
  const log = await openLog(dataDir, {
    retention: () => ({ messages: 5000, ageMs: HOUR_MS }),
    retentionEveryMs: 1,
  })
  await publish(log, ...many('a', 1800), entry('b'))
  await log.purge('a')
  await publish(log, ...many('a', 2))
  expect((await log.read([{ channel: 'a', after: 0 }], 10, 999)).messages.map(({ seq }) => seq)).toEqual([
    1802, 1803,
  ])
  expect((await log.read([{ channel: 'a', newest: 9 }], 10, 999)).messages).toHaveLength(2)
  expect(await log.page({ channel: 'a', limit: 9 })).toMatchObject({
    oldest: 1802,
    trimmed: 1800,
    more: false,
  })
  expect(await log.remove('a', 1)).toBe(false)
  expect(await log.figures()).toMatchObject({ messages: 3, bytes: 3 })
  await eventually(async () => count(dataDir, 'message') === 3)
  expect(await log.figures()).toMatchObject({ messages: 3, bytes: 3 })
})

it('[N4] a large channel is trimmed in portions, without ever holding more than twice its messages', async () => {
  const log = await openLog(makeFolder(), {
    retention: () => ({ messages: 2000, ageMs: HOUR_MS }),
    retentionEveryMs: 1e6,
  })
  const kept: number[] = []
  for (let i = 0; i < 12; i++) {
    await publish(log, ...many('a', 900))
    kept.push((await log.channel('a'))!.messages)
  }
  expect(Math.max(...kept)).toBeLessThanOrEqual(4000)
  expect(Math.min(...kept.slice(3))).toBeGreaterThanOrEqual(2000)
  const page = await log.read([{ channel: 'a', newest: 9999 }], 9999, 1e9)
  expect(page.messages.map(({ seq }) => seq)).toEqual(
    Array.from({ length: kept.at(-1)! }, (_, i) => i + 10_801 - kept.at(-1)!),
  )
})

it('[N4] figures stay true through trims of every kind, and after a restart', async () => {
  const dataDir = makeFolder()
  let now = Date.UTC(2026, 0, 1)
  const setting = {
    clock: () => now,
    maxBytes: 3000,
    retention: (channel: string) => ({ messages: channel === 'a' ? 20 : 2000, ageMs: HOUR_MS }),
    retentionEveryMs: 1,
  }
  const log = await openLog(dataDir, setting)
  for (let i = 0; i < 40; i++) {
    await publish(
      log,
      ...many('a', 7),
      entry(`n${i % 5}`, `"${'x'.repeat(i * 5)}"`, { ttlMs: i % 3 ? 60_000 : undefined }),
    )
    now += 10_000
    if (i % 9 === 0) await log.remove('a', log.head - 2)
  }
  now += 120_000
  await eventually(async () => (await log.channel('a'))?.messages === 20)
  const names = ['a', 'n0', 'n1', 'n2', 'n3', 'n4']
  const truth = async () => {
    const page = await log.read(
      names.map(channel => ({ channel, after: 0 })),
      9999,
      1e9,
    )
    return {
      messages: page.messages.length,
      bytes: page.messages.reduce((sum, { data }) => sum + data.length, 0),
    }
  }
  await eventually(async () => count(dataDir, 'message') === (await truth()).messages)
  expect(await log.figures()).toMatchObject(await truth())
  const figures = await log.figures()
  await log.close()
  expect(await (await openLog(dataDir, setting)).figures()).toEqual(figures)
})

it('[N4] age is exact within a minute, also when there are suddenly very many channels', async t => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] })
  t.onTestFinished(() => {
    vi.useRealTimers()
  })
  let now = Date.UTC(2026, 0, 1)
  const retention = (channel: string) => ({
    messages: 10,
    ageMs: channel === 'old' ? HOUR_MS : 999 * HOUR_MS,
  })
  const log = await openLog(makeFolder(), { clock: () => now, retention, uptime: () => 0 })
  const channels = (first: number, count: number) =>
    Array.from({ length: count }, (_, index) => entry(`c${first + index}`))
  // Two steps a pass: the next pass would take ten seconds for each.
  await publish(log, ...channels(0, 600))
  await vi.advanceTimersByTimeAsync(30_000)
  for (let first = 1000; first < 41_000; first += 1000) await publish(log, ...channels(first, 1000))
  await publish(log, entry('old'))
  const kept = async () => (await log.channel('old'))?.messages ?? 0
  expect(await kept()).toBe(1)
  now += 2 * HOUR_MS
  await vi.advanceTimersByTimeAsync(60_000)
  expect(await kept()).toBe(0)
})

it('[H2] keys that are over are deleted', async () => {
  const dataDir = makeFolder()
  let now = Date.UTC(2026, 0, 1)
  const log = await openLog(dataDir, { clock: () => now, retentionEveryMs: 1 })
  for (let i = 0; i < 700; i++)
    await publish(log, entry('a', i, { idempotency: { scope: 's', key: `${i}` } }))
  now += 300_000
  await publish(log, entry('a', 1, { idempotency: { scope: 's', key: 'late' } }))
  now += 300_000
  await eventually(async () => count(dataDir, 'idempotency') === 1)
  const late = await log.append([[entry('a', 1, { idempotency: { scope: 's', key: 'late' } })]])
  expect(late).toEqual([{ ok: true, entries: [{ seq: 701, duplicate: true }] }])
})

it('[H2] however many keys are over at once, they do not wait for as many passes', async () => {
  const dataDir = makeFolder()
  let now = Date.UTC(2026, 0, 1)
  const log = await openLog(dataDir, { clock: () => now, retentionEveryMs: 3000 })
  const keyed = Array.from({ length: 20_000 }, (_, i) =>
    entry('a', 1, { idempotency: { scope: 's', key: `${i}` } }),
  )
  await publish(log, ...keyed)
  now += 600_000
  // One of 40 portions a pass would be two minutes.
  await eventually(async () => count(dataDir, 'idempotency') === 0)
})

it('[N4] [R2] idle channels lose their row, and older cursors of theirs still get a gap', async () => {
  const dataDir = makeFolder()
  let now = Date.UTC(2026, 0, 1)
  const retention = (channel: string) => ({
    messages: 10,
    ageMs: channel === 'keep' ? 999 * HOUR_MS : HOUR_MS,
  })
  const log = await openLog(dataDir, { clock: () => now, retention, retentionEveryMs: 1 })
  for (let i = 0; i < 1200; i++) await publish(log, entry(`c${i}`))
  await publish(log, entry('keep'))
  now += 25 * HOUR_MS
  await eventually(async () => count(dataDir, 'channel') === 1)
  const page = await log.read(
    [
      { channel: 'c3', after: 3 },
      { channel: 'keep', after: 0 },
    ],
    10,
    999,
  )
  expect(page.channels.map(({ trimmed }) => trimmed)).toEqual([1200, 0])
  await publish(log, entry('c3'))
  const again = await log.read([{ channel: 'c3', after: 3 }], 10, 999)
  expect(again.channels).toEqual([{ channel: 'c3', after: 3, trimmed: 1200, oldest: 1202 }])
})

it('[N4] a channel that has lost its history keeps nothing', async () => {
  const dataDir = makeFolder()
  const log = await openLog(dataDir)
  await publish(log, entry('a'), entry('b'))
  await log.close()
  const retention = (channel: string) => (channel === 'a' ? null : { messages: 9, ageMs: HOUR_MS })
  const later = await openLog(dataDir, { retention, retentionEveryMs: 1 })
  await eventually(async () => (await later.channel('a')) === null)
  expect((await later.channel('b'))?.messages).toBe(1)
})
