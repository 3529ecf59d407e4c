// A channel in a page's hands: its events, its loop, its end. Scripted gateway, real sockets.

import { expect, test } from 'vitest'
import type { Channel } from '../../clients/js/channel.ts'
import type { Peer } from './client-scripted-gateway.ts'
import { createQueue, startGateway } from './client-scripted-gateway.ts'
import { message, start, subscribed, WELCOME } from './client-started.ts'

async function opened(channel = 'a') {
  const gateway = await startGateway()
  const started = start(gateway.url, { transport: 'websocket' })
  const subscription = started.client.subscribe(channel)
  const peer: Peer = await gateway.peers.next()
  peer.send(WELCOME, subscribed(channel, 'e-1'))
  return { ...started, channel: subscription, peer }
}

/** Takes what a loop gives until it ends; `outcome` is how it did. */
function loop(channel: Channel, until = Number.POSITIVE_INFINITY) {
  const seen = createQueue<unknown>()
  const run = async (): Promise<string> => {
    for await (const { data } of channel) {
      seen.push(data)
      if (Number(data) >= until) return 'left'
    }
    return 'ended'
  }
  return { seen, outcome: run().catch((error: { code: string }) => error.code) }
}

test('a loop is given each message, and ends with the subscription', async () => {
  const { channel, peer } = await opened()
  const { seen, outcome } = loop(channel)
  peer.send(message('a', 2), message('b', 3), message('a', 4))
  expect([await seen.next(), await seen.next()]).toEqual([2, 4])
  channel.unsubscribe()
  channel.unsubscribe()
  expect(await outcome).toBe('ended')
})

test('a loop can be left, and another begun', async () => {
  const { channel, peer } = await opened()
  const first = loop(channel, 2)
  peer.send(message('a', 2))
  expect(await first.outcome).toBe('left')
  const second = loop(channel)
  peer.send(message('a', 3))
  expect(await second.seen.next()).toBe(3)
  expect(first.seen.size).toBe(1)
})

test('a loop ends when the client is closed, and throws when channel or client are refused', async () => {
  const closed = await opened()
  const first = loop(closed.channel)
  closed.client.close()
  expect(await first.outcome).toBe('ended')

  const refused = await opened()
  const second = loop(refused.channel)
  refused.peer.send({ type: 'unsubscribed', channel: 'a', reason: 'The grant is gone.' })
  expect(await second.outcome).toBe('forbidden')

  const kicked = await opened()
  const third = loop(kicked.channel)
  kicked.peer.send({ type: 'goodbye', code: 'kicked', reason: 'Out.', reconnect: false })
  expect(await third.outcome).toBe('kicked')
})

test('[P2] [P3] a channel tells what concerns it and nothing else, until it is given up', async () => {
  const { client, channel, peer } = await opened()
  const seen = createQueue<string>()
  const all = createQueue<string>()
  client.on('join', each => all.push(each.user))
  channel.on('presence', each => seen.push(`presence ${each.members.length} ${each.anonymous}`))
  channel.on('join', each => seen.push(`join ${each.user}`))
  const stop = channel.on('leave', each => seen.push(`leave ${each.user}`))
  channel.on('deleted', each => seen.push(`deleted ${each.id}`))
  peer.send({ type: 'presence', channel: 'a', members: [{ user: 'ada', connections: 1 }], anonymous: 3 })
  peer.send({ type: 'join', channel: 'b', user: 'eve' }, { type: 'join', channel: 'a', user: 'bob' })
  peer.send({ type: 'leave', channel: 'a', user: 'bob' }, { type: 'deleted', channel: 'a', id: 'e-1' })
  for (const each of ['presence 1 3', 'join bob', 'leave bob', 'deleted e-1'])
    expect(await seen.next()).toBe(each)
  stop()
  channel.unsubscribe()
  peer.send({ type: 'join', channel: 'a', user: 'zoe' })
  expect([await all.next(), await all.next(), await all.next()]).toEqual(['eve', 'bob', 'zoe'])
  expect(seen.size).toBe(0)
})

test('a handler can give its channel up and take it again', async () => {
  const gateway = await startGateway()
  const { client } = start(gateway.url, { transport: 'websocket' })
  const seen = createQueue<unknown>()
  const channel = client.subscribe('a', {}, each => {
    seen.push(each.data)
    channel.unsubscribe()
    client.subscribe('a', {}, again => seen.push(`again ${again.data}`))
  })
  const peer = await gateway.peers.next()
  peer.send(WELCOME, subscribed('a', 'e-1'), message('a', 2), message('a', 3))
  expect(await seen.next()).toBe(2)
  expect(await peer.command()).toMatchObject({ type: 'unsubscribe', channel: 'a' })
  const { ref } = await peer.command()
  peer.send(subscribed('a', 'e-3', { ref }), message('a', 4))
  expect(await seen.next()).toBe('again 4')
})
