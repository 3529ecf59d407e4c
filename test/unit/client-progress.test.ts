// What the client asks for after a cut, whatever it had been given. Frames in, cursors out; no sockets.

import { expect, test } from 'vitest'
import { Progress } from '../../clients/js/progress.ts'
import type { SubscribeOptions, Subscription } from '../../clients/js/subscription.ts'
import { createSubscription, planOpening } from '../../clients/js/subscription.ts'
import type { MessageFrame } from '../../shared/frames.ts'

const ignore = (): void => {}

function subscribed(channel: string, cursor: string, ref?: number) {
  return { type: 'subscribed', channel, cursor, ...(ref === undefined ? {} : { ref }) } as const
}

function message(channel: string, id?: string): MessageFrame {
  return { type: 'message', channel, time: 0, data: null, ...(id === undefined ? {} : { id }) }
}

/** Asks for everything in one URL, as SSE does. */
function openStream(progress: Progress): void {
  const { merged, rest, since, history } = progress.plan()
  progress.merged([...merged, ...rest], since, history)
}

/** A progress whose channels were all asked for in the URL and answered. */
function opened(channels: readonly string[], options: SubscribeOptions = {}): Progress {
  const progress = new Progress()
  for (const channel of channels) progress.add(createSubscription(channel, ignore, options))
  openStream(progress)
  for (const channel of channels) progress.subscribed(subscribed(channel, 'e-10'))
  return progress
}

function asks(progress: Progress) {
  progress.reset()
  const { merged, rest, since, history } = progress.plan()
  return {
    merged: merged.map(each => each.channel),
    rest: rest.map(each => [each.channel, each.cursor]),
    since,
    history,
  }
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
  openStream(progress)
  progress.subscribed({ ...subscribed('a', 'e-500'), recovered: false })
  progress.subscribed({ ...subscribed('b', 'e-10'), recovered: true })
  progress.gap({ type: 'gap', channel: 'a', requested: 'e-10', oldest: 'e-501', reason: 'expired' })
  expect(asks(progress)).toMatchObject({ merged: ['a', 'b'], since: 'e-10' })
})

test('[R2] a cut before the first message of a history asks for all of it again, on every channel', () => {
  const progress = new Progress()
  progress.add(createSubscription('a', ignore, { history: 5 }))
  progress.add(createSubscription('b', ignore))
  openStream(progress)
  progress.subscribed(subscribed('a', 'e-3'))
  progress.subscribed(subscribed('b', 'e-10'))
  expect(asks(progress)).toMatchObject({ since: undefined, history: 5 })
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
function streamOfTwoPlaces(): Progress {
  const progress = opened(['a'])
  progress.live({ type: 'live', channels: ['a'], cursor: 'e-100' })
  progress.add({ ...createSubscription('b', ignore), phase: 'asked', ref: 7 })
  progress.subscribed(subscribed('b', 'e-130', 7))
  progress.message(message('b', 'e-150'))
  progress.reset()
  openStream(progress)
  for (const channel of ['a', 'b']) progress.subscribed(subscribed(channel, 'e-100'))
  return progress
}

test('[C2] in a stream that starts before its own place, a channel skips what it was given', () => {
  const progress = streamOfTwoPlaces()
  expect(progress.message(message('b', 'e-140'))).toBeNull()
  expect(progress.message(message('a', 'e-145'))).not.toBeNull()
  expect(progress.message(message('b', 'e-150'))).toBeNull()
  expect(progress.message(message('b', 'e-160'))).not.toBeNull()
  expect(progress.live({ type: 'live', channels: ['a', 'b'], cursor: 'e-160' })).toEqual([])
})

test('[C2] its place may pass on another channel, or be the end of the replay', () => {
  const passed = streamOfTwoPlaces()
  expect(passed.message(message('a', 'e-150'))).not.toBeNull()
  expect(passed.message(message('b', 'e-151'))).not.toBeNull()
  const ended = streamOfTwoPlaces()
  expect(ended.live({ type: 'live', channels: ['a', 'b'], cursor: 'e-150' })).toEqual([])
  expect(ended.message(message('b', 'e-151'))).not.toBeNull()
})

test('[R3] when its place did not pass, a gap is told and nothing is given twice', () => {
  const progress = streamOfTwoPlaces()
  expect(progress.message(message('b', 'e-140'))).toBeNull()
  expect(progress.message(message('b', 'e-160'))).toBeNull()
  expect(progress.live({ type: 'live', channels: ['a', 'b'], cursor: 'e-160' })).toEqual([
    { type: 'gap', channel: 'b', requested: 'e-150', oldest: null, reason: 'no_history' },
  ])
  expect(progress.message(message('b', 'e-161'))).not.toBeNull()
  expect(asks(progress)).toMatchObject({ merged: ['a', 'b'], since: 'e-161' })
})

test('[R2] a cut while it skips leaves each at its own place', () => {
  const progress = streamOfTwoPlaces()
  progress.message(message('b', 'e-140'))
  expect(asks(progress)).toMatchObject({ merged: ['a'], rest: [['b', 'e-150']], since: 'e-140' })
})

test('[C3] a new epoch ends the skipping: nothing of it was given before', () => {
  const progress = streamOfTwoPlaces()
  progress.gap({ type: 'gap', channel: 'b', requested: 'e-100', oldest: 'f-1', reason: 'reset' })
  expect(progress.message(message('b', 'f-1'))).not.toBeNull()
  expect(progress.live({ type: 'live', channels: ['a', 'b'], cursor: 'f-1' })).toEqual([])
})

test('[C4] messages without an id are never skipped', () => {
  expect(streamOfTwoPlaces().message(message('b'))).not.toBeNull()
})

test('nothing is called recovered that stands at another place', () => {
  const progress = streamOfTwoPlaces()
  progress.reset()
  openStream(progress)
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
