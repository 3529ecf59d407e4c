// The witnesses of the torture find what they are there for: each test plants one broken promise, or none.

import { expect, test } from 'vitest'
import type { Frame } from '../harness/frame.ts'
import { gap, give, id, live, message, resume, Stage, subscribed } from './torture-stage.ts'

test('an honest record breaks nothing: two channels, a cut, a resume', () => {
  const stage = new Stage()
  const reader = stage.reader(['a', 'b'], 0)
  for (const [channel, seq] of [
    ['a', 1],
    ['b', 2],
    ['a', 3],
    ['b', 4],
  ] as const)
    stage.publish(channel, seq)
  give(reader, 'a', 1)
  give(reader, 'b', 2)
  expect(reader.resumption()).toEqual({ channels: ['a', 'b'], since: id(2) })
  resume(reader, [subscribed('a', 2, true), subscribed('b', 2, true), message('a', 3), message('b', 4)])
  reader.take({ type: 'live', channels: ['a', 'b'], cursor: id(4) }, null)
  reader.verifyRest()
  expect(stage.verdict.violations).toEqual([])
})

test('[R2] a lost message is found', () => {
  const stage = new Stage()
  const reader = stage.reader(['a'], 0)
  stage.publish('a', 1, 2, 3)
  give(reader, 'a', 1, 3)
  reader.verify()
  expect(stage.verdict.violations).toMatchObject([
    { rule: 'R2', channel: 'a', text: expect.stringMatching(/^2 /) },
  ])
})

test('[R2] what another channel of the stream has passed is missing too', () => {
  const stage = new Stage()
  const reader = stage.reader(['a', 'b'], 0)
  stage.publish('a', 1)
  stage.publish('b', 2)
  give(reader, 'b', 2)
  reader.verify()
  expect(stage.rules).toEqual(['R2'])
})

test('[R2] nothing is judged before its publish has been answered', () => {
  const stage = new Stage()
  const reader = stage.reader(['a'], 0)
  stage.begin('a', 1)
  stage.publish('a', 2)
  give(reader, 'a', 2)
  reader.verify()
  expect(stage.rules).toEqual([])
  stage.answer('a', 1)
  reader.verify()
  expect(stage.rules).toEqual(['R2'])
})

test('[R2] a message that was never acknowledged may stay away, but not from one reader alone', () => {
  const stage = new Stage()
  const first = stage.reader(['a'], 0)
  stage.begin('a', 1)
  stage.model.abandon(1)
  stage.publish('a', 2)
  give(first, 'a', 2)
  first.verify()
  expect(stage.rules).toEqual([])
  give(stage.reader(['a'], 0), 'a', 1, 2)
  expect(stage.rules).toEqual(['R2'])
})

test('[R2] a repeated message is found, on one connection and after a resume', () => {
  const stage = new Stage()
  const reader = stage.reader(['a'], 0)
  stage.publish('a', 1, 2)
  give(reader, 'a', 1, 1)
  expect(stage.rules).toContain('R2')
  const count = stage.verdict.count
  resume(reader, [subscribed('a', 1, true), message('a', 1)])
  expect(stage.verdict.count).toBeGreaterThan(count)
})

test('[C2] channels out of their common order are found', () => {
  const stage = new Stage()
  const reader = stage.reader(['a', 'b'], 0)
  stage.publish('a', 1)
  stage.publish('b', 2)
  give(reader, 'b', 2)
  give(reader, 'a', 1)
  expect(stage.rules).toEqual(['C2'])
})

test('[R2] a gap that covers what retention took is right', () => {
  const stage = new Stage()
  const reader = stage.reader(['a'], 0)
  stage.publish('a', 1, 2, 3, 4, 5, 6)
  resume(reader, [
    subscribed('a', 3, false),
    gap('a', 0, 4),
    message('a', 4),
    message('a', 5),
    message('a', 6),
  ])
  reader.take(live('a', 6), null)
  reader.verifyRest()
  expect(stage.verdict.violations).toEqual([])
})

test('[R2] nothing is judged between `recovered: false` and its gap, which may be a cut away', () => {
  const stage = new Stage()
  stage.publish('a', 1, 2, 3, 4, 5, 6)
  const reader = stage.reader([], 6)
  reader.connected({ channels: ['a'], since: 'nonsense' })
  reader.take({ type: 'welcome' }, null)
  reader.take(subscribed('a', 3, false), null)
  reader.verify()
  reader.disconnected()
  reader.connected(reader.resumption()!)
  reader.take({ type: 'welcome' }, null)
  reader.take(subscribed('a', 3, true), null)
  give(reader, 'a', 4, 5, 6)
  reader.take(live('a', 6), null)
  reader.verifyRest()
  expect(stage.verdict.violations).toEqual([])
})

test('[R2] a gap that is too narrow is found', () => {
  const stage = new Stage()
  const reader = stage.reader(['a'], 0)
  stage.publish('a', 1, 2, 3, 4, 5, 6)
  resume(reader, [
    subscribed('a', 2, false),
    gap('a', 0, 3),
    message('a', 4),
    message('a', 5),
    message('a', 6),
  ])
  reader.verify()
  expect(stage.verdict.violations).toMatchObject([{ rule: 'R2', text: expect.stringMatching(/^3 /) }])
})

test('[R2] a gap that was promised and never came is found', () => {
  const stage = new Stage()
  const reader = stage.reader(['a'], 0)
  stage.publish('a', 1, 2, 3, 4, 5, 6)
  resume(reader, [subscribed('a', 3, false), message('a', 4)])
  expect(stage.rules).toEqual(['R2'])
})

test('[N4] a gap cannot hide what had to be kept, but for purges and age', () => {
  const lose = (before: (stage: Stage) => void): Stage => {
    const stage = new Stage()
    const reader = stage.reader(['a'], 0)
    stage.publish('a', 1, 2, 3, 4)
    before(stage)
    resume(reader, [subscribed('a', 2, false), gap('a', 0, 3), message('a', 3), message('a', 4)])
    reader.verify()
    return stage
  }
  expect(lose(() => {}).rules).toEqual(['N4'])
  expect(lose(stage => stage.model.books.get('a')!.beginPurge(stage.now)(stage.now)).rules).toEqual([])
  const aged = lose(stage => {
    stage.now += 60_000
  })
  expect(aged.rules).toEqual([])
})

test('[R3] a `slow` gap covers up to what is left, or up to `live` when nothing is', () => {
  const stage = new Stage()
  const reader = stage.reader(['a'], 0)
  stage.publish('a', 1, 2, 3, 4, 5, 6, 7, 8, 9)
  reader.take(gap('a', 0, 3, 'slow'), null)
  give(reader, 'a', 3, 5, 6)
  reader.verify()
  expect(stage.verdict.violations).toMatchObject([{ rule: 'R2', text: expect.stringMatching(/^4 /) }])
  stage.model.books.get('a')!.beginPurge(stage.now)
  reader.take(gap('a', 6, null, 'slow'), null)
  reader.take(live('a', 8), null)
  reader.take({ type: 'heartbeat' }, id(9))
  reader.verify()
  expect(stage.verdict.violations.slice(1)).toMatchObject([
    { rule: 'R2', text: expect.stringMatching(/^9 /) },
  ])
})

test('a gap behind which nothing is missing is counted, not blamed', () => {
  const stage = new Stage()
  const reader = stage.reader(['a'], 0)
  stage.publish('a', 1)
  resume(reader, [subscribed('a', 0, false), gap('a', 0, 1), message('a', 1), live('a', 1)])
  reader.verifyRest()
  expect(stage.verdict.violations).toEqual([])
  expect(reader.wideGaps).toBe(1)
})

test('[R2] a ttl excuses only once it has run out, a deletion always', () => {
  const stage = new Stage()
  const reader = stage.reader(['b'], 0)
  stage.begin('b', 1, 1000)
  stage.answer('b', 1)
  stage.publish('b', 2, 3)
  stage.model.books.get('b')!.bySeq(2)!.isDeleting = true
  give(reader, 'b', 3)
  const late = stage.reader(['b'], 0)
  reader.verify()
  expect(stage.verdict.violations).toMatchObject([{ rule: 'R2', text: expect.stringMatching(/^1 /) }])
  stage.now += 1000
  give(late, 'b', 3)
  late.verify()
  expect(stage.verdict.count).toBe(1)
})

test('[H2] a message stored twice is found, in answers and in deliveries', () => {
  const stage = new Stage()
  const reader = stage.reader(['a'], 0)
  stage.publish('a', 1)
  stage.answer('a', 2, 1, true)
  expect(stage.rules).toEqual(['H2'])
  reader.take(message('a', 3, 1), null)
  expect(stage.rules).toEqual(['H2', 'H2'])
  stage.answer('a', 1, 1, false)
  expect(stage.rules).toEqual(['H2', 'H2', 'H2'])
})

test('[H1] what was refused and what nobody published must not appear', () => {
  const stage = new Stage()
  const reader = stage.reader(['a'], 0)
  stage.begin('a', 1)
  stage.model.refuse(1)
  give(reader, 'a', 1)
  expect(stage.rules).toEqual(['H1'])
  give(reader, 'a', 2)
  expect(stage.rules).toEqual(['H1', 'R2'])
})

test('[C1][C3] ids that go back and epochs that change are found', () => {
  const stage = new Stage()
  stage.publish('a', 5)
  stage.begin('a', 4)
  stage.answer('a', 4)
  expect(stage.rules).toEqual(['C1'])
  stage.begin('a', 6)
  stage.model.acknowledge(6, 'a', 'hgfedcba-6', false, 'publisher')
  expect(stage.rules).toEqual(['C1', 'C3'])
})

test('[C4] a message without history may be missing only between connections, or unacknowledged', () => {
  const stage = new Stage()
  const reader = stage.reader(['none'], 0)
  const unstored = (n: number): Frame => ({ type: 'message', channel: 'none', data: { n } })
  stage.model.unstored.excuse('none', 2)
  for (const number of [1, 3]) reader.take(unstored(number), null)
  reader.verify()
  expect(stage.rules).toEqual([])
  reader.take(unstored(5), null)
  reader.verify()
  expect(stage.rules).toEqual(['C4'])
  reader.take(unstored(5), null)
  expect(stage.rules).toEqual(['C4', 'C4'])
})

test('[C2] a later subscription has its own cursor until `live` names it', () => {
  const stage = new Stage()
  const reader = stage.reader(['a'], 0)
  stage.publish('b', 1, 2)
  stage.publish('a', 3)
  give(reader, 'a', 3)
  reader.sent({ type: 'subscribe', ref: 1, channel: 'b', since: id(0) })
  reader.take({ ...subscribed('b', 0, true), ref: 1 }, null)
  give(reader, 'b', 1)
  expect(reader.resumption()).toEqual({ channels: ['a'], since: id(3) })
  expect(reader.joining()).toEqual([{ channel: 'b', since: id(1) }])
  reader.take(live('b', 3), null)
  reader.verify()
  expect(stage.verdict.violations).toMatchObject([
    { rule: 'R2', channel: 'b', text: expect.stringMatching(/^2 /) },
  ])
})

test('[W3] answers in another order than their commands are found', () => {
  const stage = new Stage()
  const reader = stage.reader(['a'], 0)
  reader.sent({ type: 'ping', ref: 1 })
  reader.sent({ type: 'ping', ref: 2 })
  reader.take({ type: 'pong', ref: 2 }, null)
  expect(stage.rules).toEqual(['W3'])
})

test('[R4] at rest everybody is live and stands at the end', () => {
  const stage = new Stage()
  const reader = stage.reader(['a'], 0)
  stage.publish('a', 1)
  reader.verifyRest()
  expect(stage.rules).toEqual(['R2'])
  reader.disconnected()
  give(reader, 'a', 1)
  reader.verifyRest()
  expect(stage.rules).toEqual(['R2', 'R4'])
})
