// What the client asks for after a cut, whatever it had been given. Frames in, cursors out; no sockets.

import { expect, test } from 'vitest'
import { Progress } from '../../clients/js/progress.ts'
import type { Subscription } from '../../clients/js/subscription.ts'
import { createSubscription, planOpening } from '../../clients/js/subscription.ts'
import type { MessageFrame } from '../../shared/frames.ts'

const ignore = (): void => {}

function subscribed(channel: string, cursor: string, ref?: number) {
  return { type: 'subscribed', channel, cursor, ...(ref === undefined ? {} : { ref }) } as const
}

function message(channel: string, id?: string): MessageFrame {
  return { type: 'message', channel, time: 0, data: null, ...(id === undefined ? {} : { id }) }
}

/** A progress whose channels were all asked for in the URL and answered. */
function opened(channels: readonly string[], history?: number): Progress {
  const progress = new Progress()
  for (const channel of channels) {
    progress.add(createSubscription(channel, ignore, history === undefined ? {} : { history }))
  }
  progress.merged(progress.plan().merged)
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

test('with history, a cut before the first message asks for the history again', () => {
  expect(asks(opened(['a'], 5))).toMatchObject({ merged: ['a'], since: undefined, history: 5 })
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
