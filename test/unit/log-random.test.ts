// Random histories: the log over SQLite must answer like the log in memory. A seed that once failed belongs below.

import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { expect, it } from 'vitest'
import type { Entry, From, Message } from '../../gateway/core/log.ts'
import type { SqliteLog } from '../../gateway/log/sqlite-log.ts'
import { entry } from '../contract/log-publish.ts'
import { MemoryLog } from '../memory-log.ts'
import { makeFolder, openLog } from './log-folder.ts'

type Random = (below: number) => number

/** Mulberry32: small, and the same everywhere. */
function randomFrom(seed: number): Random {
  let state = seed
  return below => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below) | 0
  }
}

function makeGroups(random: Random): Entry[][] {
  return Array.from({ length: 1 + random(4) }, () =>
    Array.from({ length: 1 + random(4) }, () =>
      entry(`c${random(6)}`, `"${'ü'.repeat(random(20))}"`, {
        stored: random(10) > 0,
        event: random(3) === 0 ? 'e' : undefined,
        ttlMs: random(4) === 0 ? 1 + random(3000) : undefined,
        idempotency: random(2) === 0 ? { scope: `s${random(2)}`, key: `k${random(8)}` } : undefined,
      }),
    ),
  )
}

async function collect(log: SqliteLog | MemoryLog, from: readonly From[], limit: number, maxBytes: number) {
  const messages: Message[] = []
  let page = await log.read(from, limit, maxBytes)
  const views = page.channels
  messages.push(...page.messages)
  while (page.through < page.head) {
    const { through } = page
    page = await log.read(
      views.map(({ channel, after }) => ({ channel, after: Math.max(after, through) })),
      limit,
      maxBytes,
    )
    messages.push(...page.messages)
  }
  return { views, messages }
}

function makeFrom(random: Random, head: number): From[] {
  const channels = [0, 1, 2, 3, 4, 5].filter(() => random(2) === 0).map(i => `c${i}`)
  return channels.map(channel =>
    random(3) === 0 ? { channel, newest: random(20) } : { channel, after: random(head + 1) },
  )
}

async function compare(random: Random, log: SqliteLog, model: MemoryLog): Promise<void> {
  expect(log.head).toBe(model.head)
  const from = makeFrom(random, model.head)
  const [limit, maxBytes] = [1 + random(30), 1 + random(300)]
  expect(await collect(log, from, limit, maxBytes)).toEqual(await collect(model, from, limit, maxBytes))
  const since = random(2) === 0 ? random(model.head + 1) : undefined
  const before = random(2) === 0 ? random(model.head + 1) : undefined
  const kept = (await model.page({ channel: `c${random(6)}`, limit: 1 + random(20) })).messages[0]
  const until = random(3) === 0 ? kept?.time : undefined
  const query = { channel: `c${random(6)}`, since, before, until, limit: 1 + random(20) }
  const { epoch, ...page } = await model.page(query)
  expect(await log.page(query)).toEqual({ epoch: log.epoch, ...page })
}

/** Its timer of a millisecond comes first. */
function passOfRetention(): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, 2))
}

async function play(seed: number): Promise<void> {
  const random = randomFrom(seed)
  let now = Date.UTC(2026, 0, 1)
  const clock = () => now
  let dataDir = makeFolder()
  const model = new MemoryLog({ clock })
  const setting = { clock, retention: () => ({ messages: 1e6, ageMs: 1e12 }), retentionEveryMs: 1 }
  let log = await openLog(dataDir, setting)
  for (let step = 0; step < 150; step++) {
    const what = random(20)
    if (what < 10) {
      const groups = makeGroups(random)
      expect(await log.append(groups)).toEqual(await model.append(groups))
    } else if (what < 12) {
      now += random(120_000)
      // The log follows its clock by 15 minutes for each pass of retention: without one it might not know this time yet.
      await passOfRetention()
    } else if (what < 14) {
      const [channel, seq] = [`c${random(6)}`, random(model.head + 1)]
      expect(await log.remove(channel, seq)).toBe(await model.remove(channel, seq))
    } else if (what === 14) {
      const channel = `c${random(6)}`
      await log.purge(channel)
      await model.purge(channel)
    } else if (what === 15) {
      // Half of the stops are sudden: the files as they are, without what a clean stop writes last.
      const crashed = random(2) === 0 ? copyOf(dataDir) : dataDir
      await log.close()
      dataDir = crashed
      log = await openLog(dataDir, setting)
    } else if (what === 16) {
      await passOfRetention()
    } else {
      await compare(random, log, model)
    }
  }
  await compare(random, log, model)
  await log.close()
  expect(miscounted(dataDir)).toEqual([])
}

/** What is left of a folder when its gateway is killed. */
function copyOf(dataDir: string): string {
  const copy = makeFolder()
  for (const file of ['log.db', 'log.db-wal']) copyFileSync(join(dataDir, file), join(copy, file))
  return copy
}

/** Channels whose row says something else than their messages. */
function miscounted(dataDir: string): unknown[] {
  const db = new SqliteDatabase(join(dataDir, 'log.db'), { readonly: true })
  const found = db
    .prepare(
      `SELECT name, count, bytes, count(seq) AS counted, total(size) AS measured, last_seq, max(seq) AS newest
       FROM channel LEFT JOIN message ON channel_id = channel.id AND seq > trimmed_seq GROUP BY channel.id
       HAVING count <> counted OR bytes <> measured OR last_seq < newest`,
    )
    .all()
  db.close()
  return found
}

it('[N4] a purge of what has expired anyway leaves no gap (SEED=1000)', () => play(1000))

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))

for (let i = 0; i < 5; i++) {
  it(`[R2] [C1] [H2] answers like the log in memory (SEED=${seed + i})`, () => play(seed + i))
}
