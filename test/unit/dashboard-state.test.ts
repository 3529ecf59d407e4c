// The dashboard's state, without a page: lists kept current by events, troubles, the live tail.

import { expect, test } from 'vitest'
import { applySubscriptions } from '../../dashboard/state/channels.ts'
import type { Tail } from '../../dashboard/state/tail.ts'
import { applyTail, EMPTY_TAIL, newestTime, TAIL_ROWS } from '../../dashboard/state/tail.ts'
import { gatherTroubles } from '../../dashboard/state/troubles.ts'
import type { KeptEvent } from '../../shared/kept-event.ts'
import type { GatewayEvent } from '../../shared/stats.ts'

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

test('troubles: the same again is counted, days ago is not shown, the list is bounded', () => {
  const day = 24 * 3600 * 1000
  const gap = (id: number, time: number, channel: string, count = 1): KeptEvent => {
    return { id, time, kind: 'gap', code: 'slow', channel, count, message: '' }
  }
  const rows = [gap(9, 5 * day, 'x'), gap(8, 5 * day - 1, 'y'), gap(7, 5 * day - 2, 'x', 4), gap(6, day, 'z')]
  expect(gatherTroubles(rows, 5 * day)).toMatchObject([
    { event: { id: 9 }, times: 5 },
    { event: { id: 8 }, times: 1 },
  ])
  const many = Array.from({ length: 500 }, (_, index) => gap(500 - index, 1, `c${index}`))
  expect(gatherTroubles(many, 1).map(({ event }) => event.channel)).toContain('c0')
  expect(gatherTroubles(many, 1).length).toBeLessThanOrEqual(20)
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
