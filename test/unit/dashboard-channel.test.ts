// A channel in the dashboard, without a page: its search, the tail's filter, history, test broadcasts, PHP.

import { expect, test } from 'vitest'
import type { Burst, BurstWorld } from '../../dashboard/state/burst.ts'
import { MAX_BURST, MAX_RATE, planFault, runBurst } from '../../dashboard/state/burst.ts'
import { channelsQuery } from '../../dashboard/state/channels.ts'
import { historyQuery, readHistoryPage } from '../../dashboard/state/history.ts'
import { phpLine } from '../../dashboard/state/php-line.ts'
import { channelFault, isComplete, numbered } from '../../dashboard/state/publication.ts'
import type { Tail } from '../../dashboard/state/tail.ts'
import { applyTail, EMPTY_TAIL, filterTail } from '../../dashboard/state/tail.ts'

const DRAFT = { channel: 'orders:1', event: '', data: '{"a": 1}', key: '', ttl: '' }

test('a search is for a part of the name; with a star at its end, for how it begins', () => {
  expect(channelsQuery({ text: ' eu ', sort: '-last' })).toBe('sort=-last&text=eu')
  expect(channelsQuery({ text: 'orders:*', sort: 'name' })).toContain('prefix=orders%3A')
  expect(channelsQuery({ text: '', sort: 'name' })).toBe('sort=name')
})

function tailOf(...data: string[]): Tail {
  return data.reduce<Tail>((tail, text, index) => {
    const message = { channel: 'c', id: `e-${index}`, time: index, data: text, event: `kind-${index}` }
    return applyTail(tail, { name: 'message', message: { type: 'message', replayed: false, ...message } })
  }, EMPTY_TAIL)
}

test('the tail’s filter wants every word, in data, event, user or id, and never hides a gap', () => {
  const gap = { type: 'gap', channel: 'c', requested: null, oldest: null, reason: 'slow' } as const
  const { rows } = applyTail(tailOf('Red apple', 'green apple', 'pear'), { name: 'gap', gap })
  const shown = (filter: string) =>
    filterTail(rows, filter).map(row => (row.kind === 'gap' ? 'gap' : row.key))
  expect(shown('APPLE')).toEqual([1, 2, 'gap'])
  expect(shown(' apple  green')).toEqual([2, 'gap'])
  expect(shown('kind-2')).toEqual([3, 'gap'])
  expect(shown('e-0')).toEqual([1, 'gap'])
  expect(filterTail(rows, ' ')).toBe(rows)
})

test('a message that is deleted stays as one without data, in the tail and among what is held', () => {
  const paused = applyTail(tailOf('a', 'b'), { name: 'pause' })
  const deleted = applyTail(paused, { name: 'deleted', id: 'e-1' })
  expect(deleted.rows.map(row => row.kind === 'message' && [row.text, row.deleted])).toEqual([
    ['"a"', undefined],
    ['', true],
  ])
  expect(deleted.deleted).toEqual(['e-1'])
})

const answerOf = (messages: string, more: boolean, oldest = 'e-1') =>
  `{"messages":[${messages}],"oldest":"${oldest}","more":${more}}`
const stored = (id: number, data = '1') =>
  `{"type":"message","channel":"c","id":"e-${id}","time":5,"data":${data}}`

test('[H3] history is shown newest first, its data token by token', () => {
  const page = readHistoryPage(answerOf(`${stored(1)},${stored(2, '{"n":12345678901234567890}')}`, false), {
    before: '',
    since: '',
    until: '',
  })
  expect(page.messages.map(({ id, text }) => [id, text])).toEqual([
    ['e-2', '{ "n": 12345678901234567890 }'],
    ['e-1', '1'],
  ])
})

test('a page of history knows where it goes on, whichever way it was reached', () => {
  const newest = readHistoryPage(answerOf(stored(5), true), { before: '', since: '', until: '' })
  expect([newest.hasOlder, newest.hasNewer]).toEqual([true, false])
  const older = readHistoryPage(answerOf(stored(1), false), { before: 'e-2', since: '', until: '' })
  expect([older.hasOlder, older.hasNewer]).toEqual([false, true])
  const newer = readHistoryPage(answerOf(stored(3), true), { before: '', since: 'e-2', until: '' })
  expect([newer.hasOlder, newer.hasNewer]).toEqual([true, true])
  const last = readHistoryPage(answerOf(stored(5), false), { before: '', since: 'e-4', until: '' })
  expect([last.hasOlder, last.hasNewer]).toEqual([true, false])
  const only = readHistoryPage(answerOf(stored(1), false), { before: '', since: 'e-0', until: '' })
  expect([only.hasOlder, only.hasNewer]).toEqual([false, false])
  expect(historyQuery({ before: '', since: '', until: '1767225600999' })).toBe('limit=50&until=1767225600999')
  expect(historyQuery({ before: 'e-2', since: 'e-1', until: '' })).toBe('limit=50&before=e-2')
  expect(() => readHistoryPage('[]', { before: '', since: '', until: '' })).toThrow('something else')
})

/** Runs a broadcast in a world whose time passes only by waiting and by requests of `requestMs`. */
async function broadcast(
  plan: { count: number; perSecond: number },
  more: { requestMs?: number; refuseAt?: number; cancelAt?: number } = {},
) {
  const { requestMs = 5, refuseAt = Number.POSITIVE_INFINITY, cancelAt = Number.POSITIVE_INFINITY } = more
  let now = 0
  const requests: { at: number; numbers: number[] }[] = []
  const progress: Burst[] = []
  const stop = new AbortController()
  const world: BurstWorld = {
    now: () => now,
    wait: async delayMs => {
      now += Math.max(1, delayMs)
    },
    onProgress: burst => {
      progress.push(burst)
      if (burst.sent >= cancelAt) stop.abort()
    },
    publish: async body => {
      const numbers = JSON.parse(body) as number[]
      requests.push({ at: now, numbers })
      now += requestMs
      return {
        results: numbers.map(number =>
          number >= refuseAt ? { error: { message: 'Refused.' } } : { subscribers: 7 },
        ),
      }
    },
  }
  const end = await runBurst('c', plan, String, world, stop.signal)
  return { end, requests, progress }
}

test('a broadcast sends every message once, in order, at its rate', async () => {
  const { end, requests, progress } = await broadcast({ count: 50, perSecond: 10 })
  expect(requests.flatMap(({ numbers }) => numbers)).toEqual(Array.from({ length: 50 }, (_, at) => at + 1))
  expect(end).toMatchObject({ state: 'done', sent: 50, subscribers: 7, slowestMs: 5 })
  expect(end.tookMs).toBeGreaterThanOrEqual(4900)
  expect(end.tookMs).toBeLessThan(5100)
  expect(progress[0]).toMatchObject({ state: 'running', sent: 0 })
})

test('a broadcast catches up in requests of at most a hundred when answers are slow', async () => {
  const { end, requests } = await broadcast({ count: 1000, perSecond: 500 }, { requestMs: 1000 })
  expect(end).toMatchObject({ state: 'done', sent: 1000, slowestMs: 1000 })
  expect(Math.max(...requests.map(({ numbers }) => numbers.length))).toBe(100)
})

test('a broadcast stops at a refusal, and when it is cancelled', async () => {
  const refused = await broadcast({ count: 50, perSecond: 10 }, { refuseAt: 4 })
  expect(refused.end).toMatchObject({ state: 'failed', sent: 3, problem: 'Refused.' })
  const cancelled = await broadcast({ count: 50, perSecond: 10 }, { cancelAt: 5 })
  expect(cancelled.end).toMatchObject({ state: 'cancelled', sent: 5 })
  const world: BurstWorld = {
    publish: () => Promise.reject(new Error('Gone.')),
    now: () => 0,
    wait: async () => {},
    onProgress: () => {},
  }
  const gone = await runBurst('c', { count: 2, perSecond: 1 }, String, world, new AbortController().signal)
  expect(gone).toMatchObject({ state: 'failed', sent: 0, problem: 'Gone.' })
})

test('a plan is whole numbers within bounds', () => {
  expect(planFault('100', ' 10 ')).toBeNull()
  for (const count of ['', '0', '1.5', '-1', String(MAX_BURST + 1)])
    expect(planFault(count, '1')).toMatch(/messages/)
  expect(planFault('1', String(MAX_RATE + 1))).toMatch(/a second/)
})

test('[H2] of many messages with a key each has its own', () => {
  expect(numbered({ ...DRAFT, key: 'k' }, 3).key).toBe('k-3')
  expect(numbered(DRAFT, 3)).toBe(DRAFT)
})

test('a draft is complete when the gateway would take it', () => {
  expect(isComplete(DRAFT)).toBe(true)
  for (const change of [{ channel: '' }, { channel: 'a b' }, { data: '{' }, { ttl: '-1' }])
    expect(isComplete({ ...DRAFT, ...change })).toBe(false)
  expect(channelFault('')).toBeNull()
  expect(channelFault('a,b')).toMatch(/printable ASCII/)
})

test('the PHP lines hold the draft as PHP writes it', () => {
  const data = String.raw`{"it's": "a \\ \"b\"\n", "list": [1, 1.10, true, null, []], "o": {}, "byNumber": {"0": 1}}`
  const lines = phpLine('http://gw.example/', { ...DRAFT, data, event: 'e', key: 'k', ttl: '60' })
  expect(lines.split('\n')).toEqual([
    "$twinwire = new Twinwire\\Client('http://gw.example', getenv('TWINWIRE_API_KEY'));",
    "$twinwire->publish('orders:1', ['it\\'s' => 'a \\\\ \"b\"",
    "', 'list' => [1, 1.10, true, null, []], 'o' => (object) [], 'byNumber' => (object) ['0' => 1]], event: 'e', key: 'k', ttlSeconds: 60);",
  ])
})
