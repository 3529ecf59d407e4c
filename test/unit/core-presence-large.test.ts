// Large rooms: changes are collected, and cost a write for each connection and collection, not for each change.

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  type Believer,
  client,
  connect,
  createCore,
  DeafLink,
  holdTime,
  passTime,
  whoIsThere,
} from '../core/company.ts'
import type { Core } from '../core/core.ts'
import { turns } from '../core/late-log.ts'

const KEY = { kind: 'key', name: 'k', publish: () => true, read: true, admin: true } as const
const SECOND_MS = 1000

beforeEach(holdTime)
afterEach(() => vi.useRealTimers())

async function fill(core: Core, members: number): Promise<Believer[]> {
  const join = (_: unknown, index: number) => connect(core, client(`u${index}`), new DeafLink())
  const peers = Array.from({ length: members }, join)
  await turns(4)
  await passTime(SECOND_MS)
  return peers
}

test('[P5] up to 500 members hear at once, more at most twice a second', async () => {
  const core = createCore()
  const watcher = connect(core, KEY)
  await fill(core, 499)
  const before = watcher.link.writes.length
  connect(core, client('the 500th'))
  await turns(4)
  expect(watcher.link.writes.length - before).toBe(1)
  for (let step = 0; step < 50; step += 1) {
    connect(core, client(`late${step}`))
    await passTime(SECOND_MS / 50)
  }
  await passTime(SECOND_MS / 2)
  expect(watcher.link.writes.length - before).toBeLessThanOrEqual(1 + 3)
  expect(watcher.believed?.size).toBe(550)
})

test('[P5] who comes and goes within one collection is not told', async () => {
  const core = createCore()
  const watcher = connect(core, KEY)
  await fill(core, 600)
  const told = watcher.link.frames.length
  const guest = connect(core, client('guest'))
  await passTime(100)
  guest.command({ type: 'unsubscribe', channel: 'room' })
  await passTime(SECOND_MS)
  expect(watcher.link.frames).toHaveLength(told)
  expect(watcher.believed?.size).toBe(600)
})

test('[P5] a newcomer waits for the collection that tells of it, and so does an answer', async () => {
  const core = createCore()
  await fill(core, 600)
  const guest = connect(core, client('guest'))
  await passTime(100)
  expect(guest.believed).toBeNull()
  const answer = whoIsThere(core)
  await passTime(SECOND_MS / 2)
  expect(guest.believed?.size).toBe(601)
  expect(await answer).toContain('guest')
})

test('[P5] when more leave at once than one frame holds, a snapshot says who is left', async () => {
  const core = createCore()
  const watcher = connect(core, KEY)
  const peers = await fill(core, 4000)
  for (const { link } of peers.slice(0, 3990)) link.die()
  await passTime(10_000)
  await passTime(SECOND_MS)
  expect(watcher.link.of('leave')).toEqual([])
  expect(watcher.believed?.size).toBe(10)
  expect(Math.max(...watcher.link.writes.map(({ bytes }) => bytes))).toBeLessThan(256 * 1024)
})

test('[P5] five thousand who come are not told five thousand times of each other', async () => {
  const core = createCore()
  const peers: Believer[] = []
  for (let index = 0; index < 5000; index += 1) {
    peers.push(connect(core, client(`u${index}`), new DeafLink()))
    if (index % 50 === 0) await passTime(SECOND_MS / 20)
  }
  await passTime(SECOND_MS)
  await turns(10)
  expect(await whoIsThere(core)).toHaveLength(5000)
  // The first 500 hear of each other at once; then five seconds of coming are ten collections.
  const writes = peers.slice(500).map(({ link }) => link.writes.length)
  expect(Math.max(...writes)).toBeLessThanOrEqual(14)
})
