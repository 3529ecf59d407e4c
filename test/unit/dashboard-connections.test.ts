// The dashboard's list of connections, without a page: which rows are read when, and what the address means.

import { expect, test } from 'vitest'
import { connectionQuery, isFiltered } from '../../dashboard/state/connection-query.ts'
import { CONNECTIONS_UPKEEP, type ConnectionRow, markGone } from '../../dashboard/state/connections.ts'
import { covers, ListWindow, type Loaded, windowAround } from '../../dashboard/state/list-window.ts'
import type { GatewayEvent } from '../../shared/stats.ts'

const row = (index: number) => ({
  id: `c${index}`,
  kind: 'anonymous' as const,
  transport: 'sse' as const,
  address: '10.0.0.1',
  channels: [],
  since: 0,
  messages: 0,
  bytes: 0,
  pendingBytes: 0,
  behind: 0,
})

const ended = (connection: string): GatewayEvent => ({
  kind: 'disconnected',
  time: 1,
  connection,
  code: 'closed',
  reason: '',
})

/** A gateway with so many connections, whose answers wait until they are let go. */
function gateway(connections: number) {
  const asked: { query: string; offset: number; limit: number }[] = []
  const waiting: { answer: () => void; fail: (why: string) => void }[] = []
  const state = { total: connections, nowMs: 0 }
  const load = (query: string, offset: number, limit: number): Promise<Loaded<ConnectionRow>> => {
    asked.push({ query, offset, limit })
    const { total } = state
    const count = Math.max(0, Math.min(limit, total - offset))
    const rows = Array.from({ length: count }, (_, index) => row(offset + index))
    return new Promise((resolve, reject) =>
      waiting.push({ answer: () => resolve({ rows, offset, total }), fail: reject }),
    )
  }
  const list = new ListWindow(load, CONNECTIONS_UPKEEP, () => state.nowMs)
  const settle = async (how: 'answer' | 'fail' = 'answer') => {
    const next = waiting.shift()!
    if (how === 'answer') next.answer()
    else next.fail('It is down.')
    await new Promise(setImmediate)
  }
  return { list, asked, state, waiting, settle }
}

test('rows around those in view are read once, and others when they come into view', async () => {
  const { list, asked, settle } = gateway(15_000)
  list.ask('sort=-since')
  await settle()
  expect(list.value.value).toMatchObject({ name: 'ready', list: { offset: 0, total: 15_000 } })
  list.show(0, 30)
  expect(asked).toHaveLength(1)
  list.show(7000, 7040)
  list.show(7100, 7140)
  expect(asked).toHaveLength(2)
  await settle()
  // Scrolled on while the first answer was under way: only the last place is read.
  expect(asked.map(({ offset }) => offset)).toEqual([0, 6960, 7060])
  await settle()
  expect(covers(list.value.value.list!, 7100, 7140)).toBe(true)
  expect(asked).toHaveLength(3)
})

test('another question drops the answer to the one before, and shows what was there until its own comes', async () => {
  const { list, asked, settle } = gateway(10)
  list.ask('a')
  await settle()
  list.ask('b')
  list.ask('c')
  await settle()
  expect(list.value.value).toMatchObject({ name: 'loading', list: { total: 10 } })
  expect(asked.map(({ query }) => query)).toEqual(['a', 'b', 'c'])
  await settle()
  expect(list.value.value.name).toBe('ready')
})

test('it is read again after three seconds, sooner when somebody came or went, and not while it is held', async () => {
  const { list, asked, state, settle } = gateway(10)
  list.ask('a')
  await settle()
  const tickAt = (ms: number): number => {
    state.nowMs = ms
    list.tick()
    return asked.length
  }
  expect([tickAt(1000), tickAt(2900), tickAt(3000)]).toEqual([1, 1, 2])
  await settle()
  list.tell([{ kind: 'subscribed', time: 1, connection: 'c1', channel: 'x' }])
  expect(tickAt(4000)).toBe(2)
  list.tell([ended('c3')])
  expect(list.value.value.list?.rows[3]).toMatchObject({ id: 'c3', isGone: true })
  list.isHeld.value = true
  expect(tickAt(5000)).toBe(2)
  list.isHeld.value = false
  expect(tickAt(5001)).toBe(3)
})

test('a gateway that takes long to answer is asked less often', async () => {
  const { list, asked, state, settle } = gateway(10)
  list.ask('a')
  state.nowMs = 500
  await settle()
  state.nowMs = 9000
  list.tick()
  expect(asked).toHaveLength(1)
  state.nowMs = 10_500
  list.tick()
  expect(asked).toHaveLength(2)
})

test('what could not be read is said, the rows stay, and the next reading mends it', async () => {
  const { list, settle } = gateway(10)
  list.ask('a')
  await settle()
  list.reload()
  await settle('fail')
  expect(list.value.value).toMatchObject({ name: 'failed', problem: 'It is down.', list: { total: 10 } })
  list.reload()
  await settle()
  expect(list.value.value.name).toBe('ready')
})

test('a reconnect does not wait for an answer that never comes, nor take it when it does', async () => {
  const { list, state, waiting, settle } = gateway(10)
  list.ask('a')
  const lost = waiting.shift()!
  state.total = 3
  list.reload()
  await settle()
  lost.answer()
  await new Promise(setImmediate)
  expect(list.value.value).toMatchObject({ name: 'ready', list: { total: 3 } })
})

test('a list that shrank under the view is not asked for again and again', async () => {
  const { list, asked, state, settle } = gateway(1000)
  list.ask('a')
  await settle()
  list.show(900, 940)
  state.total = 5
  await settle()
  expect(list.value.value).toMatchObject({ list: { total: 1000 } })
  state.nowMs = 4000
  list.tick()
  await settle()
  expect(list.value.value).toMatchObject({ name: 'ready', list: { total: 5, rows: [] } })
  expect(asked).toHaveLength(3)
  list.stop()
  list.tick()
  expect(asked).toHaveLength(3)
})

test('who has ended is marked until the next reading; others stay the same rows', () => {
  const rows = [row(1), row(2)]
  expect(markGone(rows, [ended('c9')])).toBe(rows)
  const marked = markGone(rows, [ended('c2')])
  expect(marked.map(({ isGone }) => isGone)).toEqual([undefined, true])
  expect(marked[0]).toBe(rows[0])
})

test('no window is larger than the gateway gives', () => {
  expect(windowAround(0, 40)).toEqual({ offset: 0, limit: 80 })
  expect(windowAround(500, 540)).toEqual({ offset: 460, limit: 120 })
  expect(windowAround(0, 5000).limit).toBe(1000)
})

test('the address says what is asked for', () => {
  expect(connectionQuery({})).toBe('sort=-since')
  expect(connectionQuery({ q: ' ada firefox ', user: '', transport: 'sse', sort: 'user', tab: 'x' })).toBe(
    'text=ada+firefox&transport=sse&sort=user',
  )
  expect([isFiltered({ sort: 'user', q: ' ' }), isFiltered({ address: '10.' })]).toEqual([false, true])
})
