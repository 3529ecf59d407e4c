// The dashboard's state, without a page: lists kept current by events, troubles, the live tail.

import { expect, test } from 'vitest'
import { applySubscriptions } from '../../dashboard/state/channels.ts'
import type { Tail } from '../../dashboard/state/tail.ts'
import { applyTail, EMPTY_TAIL, newestTime, TAIL_ROWS } from '../../dashboard/state/tail.ts'
import { applyTroubles } from '../../dashboard/state/troubles.ts'
import type { ConnectionView, GatewayEvent } from '../../shared/stats.ts'

function connection(id: string, more: Partial<ConnectionView> = {}): ConnectionView {
  return {
    id,
    kind: 'anonymous',
    transport: 'sse',
    address: '10.0.0.1',
    channels: [],
    since: 0,
    messages: 0,
    bytes: 0,
    pendingBytes: 0,
    behind: 0,
    ...more,
  }
}

const ended = (id: string): GatewayEvent => ({
  kind: 'disconnected',
  time: 1,
  connection: id,
  code: 'closed',
  reason: '',
})

test('channels count subscribers up and down, never below nothing', () => {
  const channels = [
    { name: 'x', match: '*', subscribers: 1, perSecond: 0, messages: 0, bytes: 0 },
    { name: 'y', match: '*', subscribers: 5, perSecond: 0, messages: 0, bytes: 0 },
  ]
  const event = (kind: 'subscribed' | 'unsubscribed', channel: string): GatewayEvent => ({
    kind,
    time: 1,
    connection: 'a',
    channel,
  })
  const leave = event('unsubscribed', 'x')
  const next = applySubscriptions(channels, [leave, leave, event('subscribed', 'y')])
  expect(next.map(each => each.subscribers)).toEqual([0, 6])
  expect(applySubscriptions(channels, [leave, event('subscribed', 'x')])).toBe(channels)
})

test('troubles: ordinary life is none, repetition is counted, the list is bounded', () => {
  expect(
    applyTroubles([], [ended('a'), { kind: 'connected', time: 1, connection: connection('a') }]),
  ).toEqual([])
  const gap = (time: number, channel: string): GatewayEvent => ({
    kind: 'gap',
    time,
    connection: 'a',
    channel,
    reason: 'slow',
  })
  const twice = applyTroubles([], [gap(1, 'x'), gap(2, 'x')])
  expect(twice).toMatchObject([{ time: 2, times: 2, title: 'Gap: slow' }])
  const between = applyTroubles(twice, [gap(3, 'y'), gap(4, 'x')])
  expect(between).toMatchObject([
    { time: 4, times: 3, detail: 'in x' },
    { time: 3, times: 1, detail: 'in y' },
  ])
  const many = applyTroubles(
    twice,
    Array.from({ length: 500 }, (_, index) => gap(index, `c${index}`)),
  )
  expect(many.length).toBeLessThanOrEqual(60)
  expect(many[0]?.detail).toContain('c499')
})

function receive(tail: Tail, count: number): Tail {
  let next = tail
  for (let index = 0; index < count; index++) {
    const message = { type: 'message', channel: 'x', time: index, data: index, replayed: false } as const
    next = applyTail(next, { name: 'message', message })
  }
  return next
}

test('the tail keeps the newest rows, each under its own key', () => {
  const tail = receive(EMPTY_TAIL, TAIL_ROWS + 5)
  expect(tail.rows).toHaveLength(TAIL_ROWS)
  expect(new Set(tail.rows.map(row => row.key)).size).toBe(TAIL_ROWS)
  expect(tail.rows.at(-1)).toMatchObject({ kind: 'message', message: { data: TAIL_ROWS + 4 } })
})

test('a paused tail stands still, counts what it misses, and shows it on resume', () => {
  const paused = applyTail(receive(EMPTY_TAIL, 2), { name: 'pause' })
  const gap = { type: 'gap', channel: 'x', requested: null, oldest: null, reason: 'slow' } as const
  const later = applyTail(receive(paused, 3), { name: 'gap', gap })
  expect(later.rows).toBe(paused.rows)
  expect(later.missed).toBe(3)
  const resumed = applyTail(later, { name: 'resume' })
  expect(resumed.rows.map(row => row.kind)).toEqual([
    'message',
    'message',
    'message',
    'message',
    'message',
    'gap',
  ])
  expect(resumed).toMatchObject({ missed: 0, held: [], paused: false })
})

test('what waits behind a pause is bounded, its count is not', () => {
  const paused = receive(applyTail(EMPTY_TAIL, { name: 'pause' }), TAIL_ROWS * 2)
  expect(paused.held).toHaveLength(TAIL_ROWS)
  expect(paused.missed).toBe(TAIL_ROWS * 2)
})

test('the newest message counts, shown or held behind a pause', () => {
  expect(newestTime(EMPTY_TAIL)).toBe(0)
  const shown = receive(EMPTY_TAIL, 3)
  expect(newestTime(shown)).toBe(2)
  expect(newestTime(receive(applyTail(shown, { name: 'pause' }), 5))).toBe(4)
})
