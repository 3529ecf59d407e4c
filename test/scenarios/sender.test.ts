// Rule H4: everyone but the sender, live and replayed. Knows the protocol only.

import { describe, expect, test } from 'vitest'
import { dataOf, messagesOf, range } from '../harness/frame.ts'
import { startGateway } from '../harness/gateway.ts'
import { freshChannel } from '../harness/names.ts'
import { shared } from '../harness/scope.ts'
import { openSse } from '../harness/sse.ts'
import { transports } from '../harness/transports.ts'
import { openWebSocket } from '../harness/websocket.ts'

const gateway = shared(scope => startGateway(scope))

describe.each(transports)('sender over $name', ({ open }) => {
  test('[H4] live: a message does not come back to its sender, everyone else gets it', async t => {
    const channel = freshChannel()
    const sender = await open(t, gateway().url, { channels: channel, sender: 'tab-1' })
    const other = await open(t, gateway().url, { channels: channel, sender: 'tab-2' })
    const nameless = await open(t, gateway().url, { channels: channel })
    for (const subscriber of [sender, other, nameless]) await subscriber.next('live')
    for (const number of range(1, 10)) {
      await gateway().publish(channel, number, number % 2 ? { sender: 'tab-1' } : {})
    }
    for (const subscriber of [sender, other, nameless]) await subscriber.next({ data: 10 })
    expect(dataOf(sender.frames)).toEqual([2, 4, 6, 8, 10])
    expect(dataOf(other.frames)).toEqual(range(1, 10))
    expect(dataOf(nameless.frames)).toEqual(range(1, 10))
    expect(messagesOf(other.frames)[0]).toMatchObject({ sender: 'tab-1' })
  })

  test('[H4] replayed: the same holds when it comes back', async t => {
    const channel = freshChannel()
    const since = await gateway().publish(channel, 0)
    for (const number of range(1, 400)) {
      await gateway().publish(channel, number, number === 400 ? {} : { sender: 'tab-1' })
    }
    const sender = await open(t, gateway().url, { channels: channel, since, sender: 'tab-1' })
    await sender.next('live')
    expect(dataOf(sender.frames)).toEqual([400])
    const other = await open(t, gateway().url, { channels: channel, since, sender: 'tab-2' })
    await other.next('live')
    expect(dataOf(other.frames)).toEqual(range(1, 400))
  })
})

test('[H4] a client publishes under the `sender` of its connection', async t => {
  const channel = freshChannel('room:')
  const token = gateway().jwt({ sub: 'ann', subscribe: ['room:*'], publish: ['room:*'] })
  const mine = await openWebSocket(t, gateway().url, { channels: channel, token, sender: 'tab-1' })
  const other = await openWebSocket(t, gateway().url, { channels: channel, token, sender: 'tab-2' })
  await mine.next('live')
  await other.next('live')
  await mine.ask({ type: 'publish', channel, data: 'from mine' })
  expect(await other.next('message')).toMatchObject({ data: 'from mine', sender: 'tab-1' })
  await other.ask({ type: 'publish', channel, data: 'from other' })
  expect(await mine.next('message')).toMatchObject({ data: 'from other' })
  expect(dataOf(mine.frames)).toEqual(['from other'])
})

test('[S4] a cursor moves on over filtered messages: the heartbeat carries it', async t => {
  const gateway = await startGateway(t, { config: { heartbeat: '1s' } })
  const stream = await openSse(t, gateway.url, { channels: 'public:a', sender: 'me' })
  await stream.next('live')
  const id = await gateway.publish('public:a', 1, { sender: 'me' })
  await stream.next('heartbeat')
  while (stream.lastId !== id) await stream.next('heartbeat')
  expect(dataOf(stream.frames)).toEqual([])
  expect(stream.events.findLast(event => event.name === 'heartbeat')).toMatchObject({ id, data: '{}' })
})
