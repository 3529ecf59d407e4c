// Rules C1 and C2: one order over all channels of a connection. Black box: knows the protocol only.

import { describe, expect, test } from 'vitest'
import { messagesOf, range, seqOf } from '../harness/frame.ts'
import { startGateway } from '../harness/gateway.ts'
import { freshChannel } from '../harness/names.ts'
import { shared } from '../harness/scope.ts'
import { publishNumbers } from '../harness/traffic.ts'
import { transports } from '../harness/transports.ts'

const gateway = shared(scope => startGateway(scope))

const CURSOR = /^[a-z0-9]{8}-[1-9][0-9]*$/

describe.each(transports)('order over $name', ({ open }) => {
  test('[C2] replay and live are one stream: ids increase over all channels together', async t => {
    const channels = range(1, 12).map(() => freshChannel())
    const start = await gateway().publish(channels[0]!, 'start')
    await publishNumbers(() => gateway().url, channels, 10).done
    const subscriber = await open(t, gateway().url, { channels, since: start })
    await subscriber.next('live')
    const live = publishNumbers(() => gateway().url, channels, 10)
    await live.done
    const last = live.acknowledged.reduce((a, b) => (seqOf(a.id) > seqOf(b.id) ? a : b))
    await subscriber.next({ type: 'message', id: last.id })
    const seqs = messagesOf(subscriber.frames).map(frame => seqOf(frame.id))
    expect(seqs).toHaveLength(12 * 20)
    expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b))
    for (const channel of channels) {
      const numbers = messagesOf(subscriber.frames, channel).map(frame => frame.data)
      expect(numbers).toEqual([...range(1, 10), ...range(1, 10)])
    }
  })

  test('[C2] the frames at connect come in order: welcome, subscribed, replay, live', async t => {
    const [a, b] = [freshChannel(), freshChannel()]
    const start = await gateway().publish(a, 0)
    await gateway().publish(b, 1)
    await gateway().publish(a, 2)
    const subscriber = await open(t, gateway().url, { channels: [a, b], since: start })
    await subscriber.next('live')
    const told = subscriber.frames.map(frame => `${frame.type} ${frame.channel ?? frame.channels ?? ''}`)
    expect(told).toEqual([
      'welcome ',
      `subscribed ${a}`,
      `subscribed ${b}`,
      `message ${b}`,
      `message ${a}`,
      `live ${a},${b}`,
    ])
    const [welcome, subscribed] = subscriber.frames
    expect(welcome).toMatchObject({ protocol: 1, heartbeat: 25_000, connection: expect.any(String) })
    expect(subscribed).toMatchObject({ recovered: true })
  })

  test('[C2] without a cursor the stream begins at the head, and says where', async t => {
    const channel = freshChannel()
    const before = await gateway().publish(channel, 'before')
    const subscriber = await open(t, gateway().url, { channels: channel })
    const live = await subscriber.next('live')
    expect(seqOf(live.cursor)).toBeGreaterThanOrEqual(seqOf(before))
    const subscribed = subscriber.frames.find(frame => frame.type === 'subscribed')
    expect(subscribed).not.toHaveProperty('recovered')
    await gateway().publish(channel, 'after')
    await subscriber.next('message')
    expect(messagesOf(subscriber.frames).map(frame => frame.data)).toEqual(['after'])
  })

  test('[C2] a channel named twice is served once', async t => {
    const channel = freshChannel()
    const subscriber = await open(t, gateway().url, { channels: [channel, channel] })
    await subscriber.next('live')
    await gateway().publish(channel, 1)
    await gateway().publish(channel, 2)
    await subscriber.next({ data: 2 })
    expect(messagesOf(subscriber.frames).map(frame => frame.data)).toEqual([1, 2])
    expect(subscriber.frames.filter(frame => frame.type === 'subscribed')).toHaveLength(1)
  })
})

test('[C1] ids are cursors of one sequence, which a kill -9 and an emptied log do not restart', async t => {
  const gateway = await startGateway(t)
  const first = await gateway.publish('public:a', 1)
  const second = await gateway.publish('public:b', 2)
  expect(first).toMatch(CURSOR)
  expect(seqOf(first)).toBe(1)
  expect(seqOf(second)).toBe(2)
  for (const channel of ['public:a', 'public:b']) {
    const purged = await gateway.api('DELETE', `/api/channels/${encodeURIComponent(channel)}/messages`)
    expect(purged.status).toBe(204)
  }
  await gateway.kill('SIGKILL')
  await gateway.restart()
  const third = await gateway.publish('public:a', 3)
  expect(third.slice(0, 8)).toBe(first.slice(0, 8))
  expect(seqOf(third)).toBe(3)
})
