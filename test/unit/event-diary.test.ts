// What happened, as it is kept: same things counted, floods held to a few lines, and nothing lost while the disk is full.

import { expect, test } from 'vitest'
import type { EventStore } from '../../gateway/core/event-store.ts'
import { EventDiary } from '../../gateway/ops/event-diary.ts'
import type { GatewayEvent } from '../../shared/stats.ts'
import { openTestRecords } from './records-folder.ts'

const MINUTE_MS = 60_000

interface Stage {
  readonly diary: EventDiary
  readonly store: EventStore
  readonly faults: unknown[]
  now: number
  isBroken: boolean
}

function stage(more: { maxEntries?: number; maxAgeMs?: number } = {}): Stage {
  const { events } = openTestRecords()
  const faults: unknown[] = []
  const store: EventStore = {
    save: list => {
      if (at.isBroken) throw new Error('disk full')
      events.save(list)
    },
    read: query => events.read(query),
    lastId: () => events.lastId(),
    trim: bounds => events.trim(bounds),
  }
  const options = { maxEntries: 1000, maxAgeMs: 10 * MINUTE_MS, ...more }
  const diary = new EventDiary({
    store,
    ...options,
    clock: () => at.now,
    onFault: fault => faults.push(fault),
  })
  const at: Stage = { diary, store, faults, now: 5 * MINUTE_MS, isBroken: false }
  return at
}

const gone = (time: number, connection: string): GatewayEvent => ({
  kind: 'disconnected',
  time,
  connection,
  code: 'unavailable',
  reason: 'The gateway is stopping: reconnect.',
})

const refused = (time: number, user: string, message = 'No rule allows it.'): GatewayEvent => ({
  kind: 'refused',
  time,
  address: '192.0.2.1',
  user,
  channel: 'orders:1',
  code: 'forbidden',
  message,
})

test('what happened is read newest first, before and after it was written', () => {
  const { diary } = stage()
  diary.note(gone(1, 'a'))
  diary.note({ kind: 'subscribed', time: 2, connection: 'a', channel: 'x' })
  diary.note({ kind: 'gap', time: 3, connection: 'b', channel: 'x', reason: 'slow' })
  const waiting = diary.read({ limit: 10 })
  diary.flush()
  expect(diary.read({ limit: 10 })).toEqual(waiting)
  expect(waiting.events).toMatchObject([
    { id: 2, kind: 'gap', code: 'slow', connection: 'b', channel: 'x', count: 1 },
    { id: 1, kind: 'disconnected', code: 'unavailable', connection: 'a' },
  ])
})

test('a flood of 15,000 disconnects is 60 lines and one that counts the rest', () => {
  const { diary, store } = stage()
  const noted = Array.from({ length: 15_000 }, (_, n) => diary.note(gone(1000 + n / 1000, `c${n}`)))
  expect(noted.filter(({ isCounted }) => !isCounted)).toHaveLength(60)
  expect(diary.flush()).toMatchObject([{ id: 61, count: 14_940, code: 'unavailable' }])
  const { events } = store.read({ limit: 1000 })
  expect(events).toHaveLength(61)
  expect(events[0]).toMatchObject({
    count: 14_940,
    message: expect.stringMatching(/^More within this minute/),
  })
  expect(events[0]).not.toHaveProperty('connection')
  expect(events.reduce((sum, { count }) => sum + count, 0)).toBe(15_000)
})

test('the same again is one line with a count, until the minute is over; others keep their own', () => {
  const { diary } = stage()
  const wait = (ms: number) => `Wait ${ms} ms, then send it again.`
  const ids = [
    diary.note(refused(1, 'ann', wait(9))),
    diary.note(refused(2, 'ann', wait(120))),
    diary.note(refused(3, 'ben', wait(9))),
  ].map(({ id }) => id)
  expect(ids).toEqual([1, undefined, 2])
  expect(diary.flush()).toMatchObject([{ id: 1, count: 2, time: 1, lastTime: 2 }])
  expect(diary.note(refused(4, 'ann', wait(1))).id).toBeUndefined()
  expect(diary.flush()).toMatchObject([{ id: 1, count: 3, lastTime: 4 }])
  expect(diary.note(refused(MINUTE_MS, 'ann', wait(9))).id).toBe(3)
  diary.flush()
  expect(diary.read({ limit: 10 }).events.map(({ count }) => count)).toEqual([1, 1, 3])
})

test('while the storage fails, what happens waits in memory, its own fault too; one complaint', () => {
  const at = stage({ maxEntries: 10_000 })
  at.isBroken = true
  at.diary.note({ kind: 'storage', time: 1, state: 'failed', message: 'The disk is full.' })
  at.diary.flush()
  at.diary.note(gone(2, 'a'))
  at.diary.flush()
  expect(at.faults).toHaveLength(1)
  expect(at.store.read({ limit: 10 }).events).toEqual([])
  expect(at.diary.read({ limit: 10, kinds: ['storage'] }).events).toMatchObject([{ code: 'failed' }])
  for (let n = 0; n < 50 * 60; n++) at.diary.note(gone(n * 1000, `c${n}`))
  at.isBroken = false
  at.diary.flush()
  const kept = at.store.read({ limit: 5000 }).events
  expect(kept).toHaveLength(2000)
  expect([kept[0], kept.at(-1)]).toMatchObject([{ connection: 'c2999' }, { kind: 'storage' }])
})

test('filters say the same of what waits and of what is written', () => {
  const { diary } = stage()
  diary.note({ kind: 'started', time: 0, version: '1.2.3' })
  diary.note(refused(1, 'ann', 'The rule "100%_sure" refuses.'))
  diary.note({ ...refused(2, 'ben'), code: 'rate_limited', connection: 'c2' } as GatewayEvent)
  const queries = [
    { kinds: ['refused', 'started'] as const },
    { code: 'rate_limited' },
    { user: 'ann' },
    { connection: 'c2' },
    { address: '192.0.2.1' },
    { channel: 'orders:1' },
    { text: '0%_SURE' },
    { text: '1_0' },
    { before: 2 },
  ]
  const read = () => queries.map(query => diary.read({ limit: 10, ...query }).events.map(({ id }) => id))
  const waiting = read()
  expect(waiting).toEqual([[3, 2, 1], [3], [2], [3], [3, 2], [3, 2], [2], [], [1]])
  diary.flush()
  expect(read()).toEqual(waiting)
})

test('pages follow each other without loss, also where a filter finds little in much', () => {
  const { diary, store } = stage({ maxEntries: 1_000_000 })
  diary.note(refused(0, 'ann'))
  diary.flush()
  const event = { time: 1, kind: 'gap' as const, code: 'slow', message: '', count: 1 }
  store.save(Array.from({ length: 7000 }, (_, n) => ({ ...event, id: n + 2 })))
  const first = diary.read({ limit: 10, kinds: ['refused'] })
  expect(first).toEqual({ events: [], next: 2002 })
  const second = diary.read({ limit: 10, kinds: ['refused'], before: first.next })
  expect(second).toMatchObject({ events: [{ id: 1 }] })
  expect(second).not.toHaveProperty('next')
  const page = diary.read({ limit: 2 })
  expect(page).toMatchObject({ events: [{ id: 7001 }, { id: 7000 }], next: 7000 })
  expect(diary.read({ limit: 1, before: 3 })).toMatchObject({ events: [{ id: 2 }], next: 2 })
})

test('what is kept is bounded by age, by count and by kind, and ids are never used again', () => {
  const at = stage({ maxEntries: 100 })
  at.diary.note({ kind: 'storage', time: 1, state: 'failed', message: 'The disk is full.' })
  at.diary.flush()
  const line = { time: at.now, kind: 'disconnected' as const, message: '', count: 1 }
  at.store.save(Array.from({ length: 500 }, (_, n) => ({ ...line, id: n + 2 })))
  while (at.store.trim({ maxEntries: 100, until: 0 }));
  const kept = at.store.read({ limit: 1000 }).events
  expect([kept.length, kept[0]!.id, kept.at(-1)!.kind]).toEqual([26, 501, 'storage'])
  at.now = 20 * MINUTE_MS
  at.diary.trim()
  expect(at.diary.read({ limit: 10 })).toEqual({ events: [] })
  expect(at.store.lastId()).toBe(501)
})

test('what has become too old while the gateway stood still goes in steps, whatever the clock once said', () => {
  const at = stage({ maxEntries: 100_000 })
  const line = { kind: 'disconnected' as const, message: '', count: 1 }
  const wrong = { ...line, id: 1, time: 1000 * MINUTE_MS }
  at.store.save([wrong, ...Array.from({ length: 1000 }, (_, n) => ({ ...line, id: n + 2, time: n }))])
  at.now = 20 * MINUTE_MS
  const left = () => at.store.read({ limit: 5000 }).events.length
  at.diary.trim()
  expect(left()).toBeGreaterThan(500)
  for (let second = 0; second < 20; second++) at.diary.flush()
  expect(at.store.read({ limit: 5000 }).events).toMatchObject([wrong])
})
