// Rule W1: `history=N` begins a connection N messages back; a cursor wins over it. Knows the protocol only.

import { describe, expect, test } from 'vitest'
import { dataOf, messagesOf, range, seqOf } from '../harness/frame.ts'
import { startGateway } from '../harness/gateway.ts'
import { freshChannel } from '../harness/names.ts'
import { shared } from '../harness/scope.ts'
import { openSse } from '../harness/sse.ts'
import { transports } from '../harness/transports.ts'

const gateway = shared(scope => startGateway(scope))

describe.each(transports)('rewind over $name', ({ open }) => {
  test('[W1] history gives the newest N, oldest first, then live', async t => {
    const channel = freshChannel()
    for (const number of range(1, 10)) await gateway().publish(channel, number)
    const subscriber = await open(t, gateway().url, { channels: channel, history: 3 })
    await subscriber.next('live')
    expect(dataOf(subscriber.frames)).toEqual([8, 9, 10])
    expect(subscriber.frames.some(frame => frame.type === 'gap')).toBe(false)
    expect(subscriber.frames[1]).not.toHaveProperty('recovered')
    await gateway().publish(channel, 11)
    await subscriber.next({ data: 11 })
    expect(dataOf(subscriber.frames)).toEqual([8, 9, 10, 11])
  })

  test('[C2] history counts for each channel, and the replay is merged by seq', async t => {
    const [a, b] = [freshChannel(), freshChannel()]
    for (const number of range(1, 5)) await gateway().publish(a, number)
    for (const number of range(6, 12)) await gateway().publish(number % 2 ? a : b, number)
    const subscriber = await open(t, gateway().url, { channels: [a, b], history: 3 })
    await subscriber.next('live')
    expect(dataOf(subscriber.frames, a)).toEqual([7, 9, 11])
    expect(dataOf(subscriber.frames, b)).toEqual([8, 10, 12])
    expect(dataOf(subscriber.frames)).toEqual(range(7, 12))
    const seqs = messagesOf(subscriber.frames).map(frame => seqOf(frame.id))
    expect(seqs).toEqual([...seqs].sort((x, y) => x - y))
  })

  test('[W1] a cursor wins over history', async t => {
    const channel = freshChannel()
    const since = await gateway().publish(channel, 1)
    for (const number of range(2, 8)) await gateway().publish(channel, number)
    const subscriber = await open(t, gateway().url, { channels: channel, since, history: 2 })
    await subscriber.next('live')
    expect(dataOf(subscriber.frames)).toEqual(range(2, 8))
  })

  test('[W1] more history than there is gives what there is; zero gives none', async t => {
    const channel = freshChannel()
    await gateway().publish(channel, 1)
    const all = await open(t, gateway().url, { channels: channel, history: 1000 })
    await all.next('live')
    expect(dataOf(all.frames)).toEqual([1])
    const none = await open(t, gateway().url, { channels: channel, history: 0 })
    await none.next('live')
    expect(dataOf(none.frames)).toEqual([])
    const empty = await open(t, gateway().url, { channels: freshChannel(), history: 5 })
    await empty.next('live')
    expect(empty.frames.map(frame => frame.type)).toEqual(['welcome', 'subscribed', 'live'])
  })
})

test('[S3] [R2] cut right after the welcome, a rewind comes to the same, and claims no gap for a quiet channel', async t => {
  const [busy, quiet] = [freshChannel(), freshChannel()]
  for (const number of range(1, 5)) await gateway().publish(busy, number)
  await gateway().api('DELETE', `/api/channels/${busy}/messages`)
  for (const number of range(6, 10)) await gateway().publish(busy, number)
  const channels = [busy, quiet]
  const cut = await openSse(t, gateway().url, { channels, history: 3 })
  await cut.next('live')
  const welcome = cut.events.find(({ name }) => name === 'welcome')!
  const resumed = await openSse(t, gateway().url, { channels, headers: { 'Last-Event-ID': welcome.id! } })
  await resumed.next('live')
  expect(dataOf(resumed.frames)).toEqual(dataOf(cut.frames))
  expect(resumed.frames.filter(({ type }) => type === 'gap')).toEqual([])
})
