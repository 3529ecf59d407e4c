// The small pure parts of the core: queue, rate, goodbye, the JSON of a message. No time but what is handed in.

import { expect, test } from 'vitest'
import { createCounters } from '../../gateway/core/counters.ts'
import { goodbyeFrame, sayGoodbye } from '../../gateway/core/goodbye.ts'
import { messageJson } from '../../gateway/core/message-json.ts'
import { Queue } from '../../gateway/core/queue.ts'
import { Rate } from '../../gateway/core/rate.ts'
import { CODES, type Code } from '../../shared/codes.ts'
import type { GatewayEvent } from '../../shared/stats.ts'
import { FakeLink } from '../core/fake-link.ts'
import { seededRandom } from '../harness/seed.ts'

test('a queue answers like an array, through growth and compaction', () => {
  const random = seededRandom()
  const queue = new Queue<number>()
  const model: number[] = []
  let next = 0
  for (let step = 0; step < 400; step += 1) {
    const isGrowing = Math.floor(step / 60) % 2 === 0
    const pushes = Math.floor(random() * (isGrowing ? 100 : 5))
    const shifts = Math.floor(random() * (isGrowing ? 5 : 100))
    for (let count = 0; count < pushes; count += 1) {
      queue.push(next)
      model.push(next)
      next += 1
    }
    for (let count = 0; count < shifts; count += 1) expect(queue.shift()).toBe(model.shift())
    const index = Math.floor(random() * (model.length + 2))
    expect([queue.length, queue.at(0), queue.at(index)]).toEqual([model.length, model[0], model[index]])
  }
  expect(next).toBeGreaterThan(5000)
})

test('an empty queue gives nothing, and goes on', () => {
  const queue = new Queue<string>()
  expect([queue.shift(), queue.length, queue.at(0)]).toEqual([undefined, 0, undefined])
  queue.push('a')
  expect([queue.shift(), queue.shift(), queue.length]).toEqual(['a', undefined, 0])
})

test('[W3] a rate gives two seconds at once, then one at a time, and says how long to wait', () => {
  const rate = new Rate(10, 5000)
  const burst = Array.from({ length: 20 }, () => rate.take(5000))
  expect(burst).toEqual(burst.map(() => 0))
  expect(rate.take(5000)).toBe(100)
  expect(rate.take(5098)).toBeLessThanOrEqual(3)
  expect(rate.take(5101)).toBe(0)
  expect(rate.take(5101)).toBeGreaterThan(95)
  const later = Array.from({ length: 21 }, () => rate.take(1e9))
  expect(later.filter(waitMs => waitMs === 0)).toHaveLength(20)
})

test('a refused take costs nothing: who waits as told is served', () => {
  const rate = new Rate(3, 0)
  let now = 0
  let served = 0
  while (served < 30) {
    const waitMs = rate.take(now)
    if (waitMs === 0) served += 1
    else {
      expect(waitMs).toBeLessThanOrEqual(334)
      now += waitMs
    }
  }
  expect(now).toBeGreaterThanOrEqual(7990)
  expect(now).toBeLessThan(8400)
})

test('a goodbye says of every code whether to come back', () => {
  for (const [code, { reconnect }] of Object.entries(CODES)) {
    const frame = goodbyeFrame({ code: code as Code, message: 'Why.' })
    expect(frame).toEqual({ type: 'goodbye', code, reason: 'Why.', reconnect })
  }
  expect(goodbyeFrame({ code: 'unavailable', message: 'Later.', afterMs: 12.6 }).after).toBe(13)
})

test.each(['sse', 'websocket'] as const)(
  '[S5] who is turned away hears a goodbye, then the end (%s)',
  transport => {
    const link = new FakeLink(transport)
    const counters = createCounters()
    const told: GatewayEvent[] = []
    const context = { counters, clock: () => 5, observe: (event: GatewayEvent) => void told.push(event) }
    sayGoodbye(link, { code: 'unavailable', message: 'Full.', afterMs: 10 }, context)
    expect(told).toMatchObject([
      { kind: 'refused', time: 5, code: 'unavailable', message: 'Full.', transport },
    ])
    expect(link.frames).toMatchObject([{ type: 'goodbye', code: 'unavailable', reconnect: true, after: 10 }])
    expect(link.ended).toEqual({ code: 'unavailable', reason: 'Full.' })
    expect(counters.refused).toEqual({ unavailable: 1 })
  },
)

test.each([
  '12345678901234567890',
  '1.10',
  '1e400',
  '{"b":1,"a":{"2":0,"1":0}}',
  '"\u2028\u0085é😀\\ud800\\n"',
  'null',
])('[H3] data %s stands in the frame token by token', data => {
  const message = { channel: 'a:1/~', time: 5, data }
  const json = messageJson(message, 'k3f9x2ab-7')
  expect(json).toBe(`{"type":"message","channel":"a:1/~","id":"k3f9x2ab-7","time":5,"data":${data}}`)
  expect(() => JSON.parse(json)).not.toThrow()
})

test('[C4] what is not stored has no id; names and senders of any characters stay JSON', () => {
  const odd = 'a"b\\c\n\u0000\ud800'
  const json = messageJson({ channel: 'a', time: 1, data: '0', event: odd, user: odd, sender: odd }, null)
  const frame = { type: 'message', channel: 'a', time: 1, data: 0, event: odd, user: odd, sender: odd }
  expect(JSON.parse(json)).toEqual(frame)
  expect([...json].filter(character => character < ' ')).toEqual([])
})
