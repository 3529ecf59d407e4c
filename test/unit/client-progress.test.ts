// What the client asks for after a cut, whatever it had been given. Frames in, cursors out; no sockets.

import { expect, test } from 'vitest'
import { Progress } from '../../clients/js/progress.ts'
import type { SubscribeOptions, Subscription } from '../../clients/js/subscription.ts'
import { createSubscription, planOpening } from '../../clients/js/subscription.ts'
import type { GapReason, Live, MessageFrame } from '../../shared/frames.ts'

const ignore = (): void => {}

function subscribed(channel: string, cursor: string, ref?: number) {
  return { type: 'subscribed', channel, cursor, ...(ref === undefined ? {} : { ref }) } as const
}

function message(channel: string, id?: string): MessageFrame {
  return { type: 'message', channel, time: 0, data: null, ...(id === undefined ? {} : { id }) }
}

/** A progress whose channels were all asked for in the URL and answered. */
function opened(channels: readonly string[], options: SubscribeOptions = {}): Progress {
  const progress = new Progress()
  for (const channel of channels) progress.add(createSubscription(channel, ignore, options))
  progress.openStream()
  for (const channel of channels) progress.subscribed(subscribed(channel, 'e-10'))
  return progress
}

/** What a WebSocket would ask for after a cut: by its URL, and by commands. */
function asks(progress: Progress) {
  progress.reset()
  const { channels, since, history } = progress.openSocket()
  return { merged: channels, rest: progress.idle().map(each => [each.channel, each.cursor]), since, history }
}

test('[C2] channels of one URL resume together from the last id received, whichever channel it came on', () => {
  const progress = opened(['a', 'b'])
  progress.message(message('a', 'e-11'))
  progress.message(message('b', 'e-12'))
  expect(asks(progress)).toEqual({ merged: ['a', 'b'], rest: [], since: 'e-12', history: undefined })
})

test('[S3] a cut right after subscribed resumes from there, not from a new now', () => {
  expect(asks(opened(['a'])).since).toBe('e-10')
})

test('[R2] a cut before the first message resumes where the URL did, not where a channel with a gap begins', () => {
  const progress = new Progress()
  for (const channel of ['a', 'b']) progress.add(createSubscription(channel, ignore, { since: 'e-10' }))
  progress.openStream()
  progress.subscribed({ ...subscribed('a', 'e-500'), recovered: false })
  progress.subscribed({ ...subscribed('b', 'e-10'), recovered: true })
  progress.gap({ type: 'gap', channel: 'a', requested: 'e-10', oldest: 'e-501', reason: 'expired' })
  expect(asks(progress)).toMatchObject({ merged: ['a', 'b'], since: 'e-10' })
})

test('[R2] a cut before the first message of a history asks for all of it again, on its channel only', () => {
  const progress = new Progress()
  progress.add(createSubscription('a', ignore, { history: 5 }))
  progress.add(createSubscription('b', ignore))
  progress.openStream()
  progress.subscribed(subscribed('a', 'e-3'))
  progress.subscribed(subscribed('b', 'e-10'))
  expect(asks(progress)).toMatchObject({ merged: ['b'], since: 'e-10', rest: [['a', undefined]] })
})

test('with history, a cut before the first message asks for the history again', () => {
  expect(asks(opened(['a'], { history: 5 }))).toMatchObject({ merged: ['a'], since: undefined, history: 5 })
})

test('[C2] a channel subscribed later keeps its own cursor until everything is live', () => {
  const progress = opened(['a'])
  progress.live({ type: 'live', channels: ['a'], cursor: 'e-20' })
  const late: Subscription = { ...createSubscription('b', ignore), phase: 'asked', ref: 7 }
  progress.add(late)
  expect(progress.subscribed(subscribed('b', 'e-3', 7))).toBe(true)
  progress.message(message('b', 'e-4'))
  progress.message(message('a', 'e-21'))
  expect(asks(progress)).toMatchObject({ merged: ['a'], rest: [['b', 'e-4']], since: 'e-21' })
})

test('[C2] once live, it shares the cursor of the connection', () => {
  const progress = opened(['a'])
  progress.live({ type: 'live', channels: ['a'], cursor: 'e-20' })
  progress.add({ ...createSubscription('b', ignore), phase: 'asked', ref: 7 })
  progress.subscribed(subscribed('b', 'e-3', 7))
  progress.live({ type: 'live', channels: ['b'], cursor: 'e-25' })
  progress.message(message('a', 'e-26'))
  expect(asks(progress)).toMatchObject({ merged: ['a', 'b'], rest: [], since: 'e-26' })
})

test('[C2] it does not fall back to a merged channel that is still behind', () => {
  const progress = opened(['a'])
  progress.message(message('a', 'e-11'))
  progress.add({ ...createSubscription('b', ignore), phase: 'asked', ref: 7 })
  progress.subscribed(subscribed('b', 'e-90', 7))
  progress.live({ type: 'live', channels: ['b'], cursor: 'e-90' })
  progress.message(message('b', 'e-91'))
  expect(asks(progress)).toMatchObject({ merged: ['a'], rest: [['b', 'e-91']], since: 'e-11' })
})

/** `a` stands at e-100 and `b`, which joined late, at e-150; now one stream has both. */
function streamOfTwoPlaces(): { progress: Progress; b: Subscription } {
  const progress = opened(['a'])
  progress.live({ type: 'live', channels: ['a'], cursor: 'e-100' })
  const b: Subscription = { ...createSubscription('b', ignore), phase: 'asked', ref: 7 }
  progress.add(b)
  progress.subscribed(subscribed('b', 'e-130', 7))
  progress.message(message('b', 'e-150'))
  progress.reset()
  expect(progress.openStream()).toEqual({ channels: ['a', 'b'], since: 'e-100', history: undefined })
  for (const channel of ['a', 'b']) progress.subscribed(subscribed(channel, 'e-100'))
  return { progress, b }
}

const LIVE: Live = { type: 'live', channels: ['a', 'b'], cursor: 'e-200' }

test('[R2] a channel that stands elsewhere passes over the replay, is given its past, and then what came meanwhile', () => {
  const { progress, b } = streamOfTwoPlaces()
  expect(progress.message(message('b', 'e-140'))).toBeNull()
  expect(progress.message(message('a', 'e-145'))).not.toBeNull()
  expect(progress.message(message('b', 'e-160'))).toBeNull()
  expect(progress.live(LIVE)).toEqual([b])
  for (const id of ['e-201', 'e-202', 'e-203']) expect(progress.message(message('b', id))).toBeNull()
  expect(progress.message(message('a', 'e-204'))).not.toBeNull()
  expect(['e-160', 'e-201', 'e-202'].map(id => progress.past(b, message('b', id)).replayed)).toEqual([
    true,
    true,
    true,
  ])
  expect(progress.settle(b).map(each => [each.id, each.replayed])).toEqual([['e-203', false]])
  expect(progress.message(message('b', 'e-205'))).not.toBeNull()
  expect(asks(progress)).toMatchObject({ merged: ['a', 'b'], rest: [], since: 'e-205' })
})

test('[R2] what the past brought is not given again, even on another connection', () => {
  const { progress, b } = streamOfTwoPlaces()
  progress.live(LIVE)
  for (const id of ['e-160', 'e-210', 'e-211']) progress.past(b, message('b', id))
  expect(progress.settle(b)).toEqual([])
  expect(progress.positions()).toEqual({ a: 'e-200', b: 'e-211' })
  expect(asks(progress)).toMatchObject({ merged: ['a', 'b'], since: 'e-200' })
  progress.subscribed(subscribed('b', 'e-200'))
  expect(progress.message(message('b', 'e-210'))).toBeNull()
  expect(progress.message(message('b', 'e-211'))).toBeNull()
  expect(progress.message(message('b', 'e-212'))).not.toBeNull()
  expect(progress.positions()).toEqual({ a: 'e-212', b: 'e-212' })
})

test('[R2] held messages take the connection back to nowhere', () => {
  const { progress, b } = streamOfTwoPlaces()
  progress.live(LIVE)
  progress.message(message('b', 'e-201'))
  progress.message(message('a', 'e-202'))
  expect(progress.settle(b).map(each => each.id)).toEqual(['e-201'])
  expect(asks(progress).since).toBe('e-202')
})

test('[R2] a cut while the past is read leaves each at its own place', () => {
  const { progress, b } = streamOfTwoPlaces()
  progress.live(LIVE)
  progress.past(b, message('b', 'e-160'))
  expect(asks(progress)).toMatchObject({ merged: ['a'], rest: [['b', 'e-160']], since: 'e-200' })
})

test('a gap of the stream is none of a channel that stands elsewhere: its past is read anew', () => {
  const { progress, b } = streamOfTwoPlaces()
  const gap = (reason: GapReason) =>
    progress.gap({ type: 'gap', channel: 'b', requested: 'e-100', oldest: 'e-190', reason })
  expect(gap('expired')).toBe(false)
  expect(progress.live(LIVE)).toEqual([b])
  const { held } = b
  expect(gap('slow')).toBe(false)
  expect(b.held).not.toBe(held)
  expect(progress.live({ ...LIVE, channels: ['a'] })).toEqual([])
  expect(progress.live({ ...LIVE, channels: ['b'] })).toEqual([b])
})

test('[C4] a channel without history has no past to be read, and its messages are never held', () => {
  const { progress } = streamOfTwoPlaces()
  expect(progress.message(message('b'))).not.toBeNull()
  expect(
    progress.gap({ type: 'gap', channel: 'b', requested: 'e-100', oldest: null, reason: 'no_history' }),
  ).toBe(true)
  expect(progress.live(LIVE)).toEqual([])
})

test('a stream whose channels want different pasts starts now, and only those read theirs', () => {
  const progress = new Progress()
  const wishes = { a: {}, b: { history: 5 }, c: { since: 'e-1' } }
  const [a, b, c] = Object.entries(wishes).map(([channel, wish]) => createSubscription(channel, ignore, wish))
  for (const each of [a!, b!, c!]) progress.add(each)
  expect(progress.openStream()).toMatchObject({ since: undefined, history: undefined })
  for (const channel of ['a', 'b', 'c']) progress.subscribed(subscribed(channel, 'e-10'))
  expect(progress.live({ type: 'live', channels: ['a', 'b', 'c'], cursor: 'e-10' })).toEqual([b, c])
})

test('nothing is called recovered that stands at another place', () => {
  const { progress } = streamOfTwoPlaces()
  progress.reset()
  progress.openStream()
  expect(progress.subscribed({ ...subscribed('a', 'e-100'), recovered: true })).toBe(true)
  expect(progress.subscribed({ ...subscribed('b', 'e-100'), recovered: true })).toBe(false)
})

test('messages of a subscription that was given up reach nobody, not even its successor', () => {
  const progress = opened(['a'])
  progress.delete('a')
  progress.add({ ...createSubscription('a', ignore), phase: 'asked', ref: 9 })
  expect(progress.message(message('a', 'e-11'))).toBeNull()
  expect(progress.subscribed(subscribed('a', 'e-11', 8))).toBe(false)
  expect(progress.subscribed(subscribed('a', 'e-12', 9))).toBe(true)
  expect(progress.message(message('a', 'e-13'))).not.toBeNull()
})

test('replayed means stored and before live; a gap makes what follows replayed again', () => {
  const progress = opened(['a'])
  expect(progress.message(message('a', 'e-11'))?.replayed).toBe(true)
  expect(progress.message(message('a'))?.replayed).toBe(false)
  progress.live({ type: 'live', channels: ['a'], cursor: 'e-11' })
  expect(progress.message(message('a', 'e-12'))?.replayed).toBe(false)
  progress.gap({ type: 'gap', channel: 'a', requested: 'e-12', oldest: 'e-90', reason: 'slow' })
  expect(progress.message(message('a', 'e-90'))?.replayed).toBe(true)
})

test('[N2] channels the gateway gives by itself are heard, resumed, and never asked for', () => {
  const progress = opened(['a'])
  progress.subscribed(subscribed('@mira', 'e-10'))
  expect(progress.message(message('@mira', 'e-15'))).not.toBeNull()
  expect(asks(progress)).toMatchObject({ merged: ['a'], rest: [], since: 'e-15' })
})

test('[S4] a heartbeat moves the cursor without a message', () => {
  const progress = opened(['a'])
  progress.moved('e-77')
  expect(asks(progress).since).toBe('e-77')
})

test('what does not fit into a URL is asked for by commands, from the same place', () => {
  const channels = Array.from({ length: 200 }, (_, index) => ({
    ...createSubscription(`${index}:${'x'.repeat(100)}`, ignore),
    shared: true,
  }))
  const { merged, rest, since } = planOpening(channels, 'e-5')
  expect(merged.length + rest.length).toBe(200)
  expect(merged.map(each => encodeURIComponent(each.channel)).join('%2C').length).toBeLessThan(6200)
  expect(since).toBe('e-5')
  expect(rest.every(each => each.cursor === 'e-5' && !each.shared)).toBe(true)
})
