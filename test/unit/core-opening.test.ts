// How connections begin: what is said first, in which order, and what must not happen before.

import { expect, test } from 'vitest'
import type { Identity } from '../../gateway/core/identity.ts'
import { Core, type Peer } from '../core/core.ts'
import { FakeLink } from '../core/fake-link.ts'
import { turns } from '../core/late-log.ts'

const typesOf = ({ link }: Peer) => link.frames.map(({ type }) => type)

/** A log whose reads take a while. */
async function lateCore(): Promise<Core> {
  const core = new Core()
  await core.publish('a', 'b', 'a')
  core.log.turns = () => 3
  return core
}

test('[S3] welcome, subscribed, gaps, replay, live: in this order', async () => {
  const core = new Core()
  await core.publish('a', 'b', 'a')
  const peer = core.connect(['a', 'b', 'u'], { since: core.log.inner.cursor(1), link: new FakeLink('sse') })
  await turns(5)
  const start = ['welcome', 'subscribed', 'subscribed', 'subscribed', 'gap', 'message', 'message', 'live']
  expect(typesOf(peer)).toEqual(start)
  expect(peer.link.sent.map(({ eventId }) => eventId)).toEqual([
    ...Array.from({ length: 5 }, () => undefined),
    ...[2, 3, 3].map(seq => core.log.inner.cursor(seq)),
  ])
})

test('[R2] a page that several missed is the same buffer for all of them, between the frames of each', async () => {
  const core = new Core()
  await core.publish(...Array.from({ length: 100 }, () => 'a'))
  const since = core.log.inner.cursor(0)
  const peers = [core.connect(['a'], { since }), core.connect(['a'], { since })]
  await turns(5)
  const pages = peers.map(({ link }) => link.together.flat().reduce((a, b) => (a.length > b.length ? a : b)))
  expect(pages[0]).toBe(pages[1])
  for (const peer of peers) {
    expect(peer.link.writes).toHaveLength(1)
    expect(typesOf(peer)).toEqual(['welcome', 'subscribed', ...Array(100).fill('message'), 'live'])
  }
})

test('[S3] without a cursor the welcome carries the place to resume from', async () => {
  const core = new Core()
  await core.publish('a', 'b', 'a')
  const fresh = core.connect(['a'], { link: new FakeLink('sse') })
  const recent = core.connect(['a'], { link: new FakeLink('sse'), history: 1 })
  await turns(5)
  expect(fresh.link.sent[0]?.eventId).toBe(core.log.inner.cursor(3))
  expect(recent.link.sent[0]?.eventId).toBe(core.log.inner.cursor(2))
  expect(recent.link.of('message')).toHaveLength(1)
})

test('[S3] nothing of a deletion is said before the welcome', async () => {
  const core = await lateCore()
  const peer = core.connect(['a'], { since: core.log.inner.cursor(0) })
  await core.log.inner.remove('a', 3)
  await turns(20)
  expect(typesOf(peer)[0]).toBe('welcome')
})

test('[W3] commands that come before the welcome is sent are answered after it', async () => {
  const core = await lateCore()
  const peer = core.connect(['a'], { since: core.log.inner.cursor(0) })
  peer.command({ type: 'ping', ref: 1 })
  peer.command({ type: 'subscribe', ref: 2, channel: 'b' })
  await turns(30)
  expect(typesOf(peer)[0]).toBe('welcome')
  expect(peer.link.of('pong')).toHaveLength(1)
  expect(peer.link.of('subscribed').map(({ channel, ref }) => [channel, ref])).toEqual([
    ['a', undefined],
    ['b', 2],
  ])
})

test('[H5] a connection that ends while it opens leaves no subscription', async () => {
  const core = await lateCore()
  const peer = core.connect(['a', 'b'], { since: core.log.inner.cursor(0) })
  peer.link.die()
  await turns(20)
  expect(core.hub.subscriptions).toBe(0)
  expect(core.hub.activeChannels).toBe(0)
  expect(core.context.connections.size).toBe(0)
})

test('[H5] a connection that ends before its queued subscribe leaves no subscription', async () => {
  const core = new Core()
  const peer = core.connect(['a'])
  await turns(3)
  core.log.turns = () => 5
  peer.command({ type: 'publish', ref: 1, channel: 'a', data: 1 })
  peer.command({ type: 'subscribe', ref: 2, channel: 'b' })
  await turns(2) // the subscribe waits for the publish, which waits for its commit
  peer.link.die()
  await turns(20)
  expect(core.hub.listChannels('', '', 10)).toEqual([])
})

test('[R6] a read that fails ends its own connection, which may come back', async () => {
  const core = new Core()
  await core.publish('a')
  const well = core.connect(['a'])
  await turns(3)
  const read = core.log.inner.read
  core.log.inner.read = async () => {
    throw new Error('The disk is gone.')
  }
  const ill = core.connect(['a'], { since: core.log.inner.cursor(0) })
  await turns(5)
  core.log.inner.read = read
  await core.publish('a')
  const back = core.connect(['a'], { since: core.log.inner.cursor(0) })
  await turns(5)
  expect(ill.link.frames).toMatchObject([{ type: 'goodbye', code: 'internal', reconnect: true }])
  expect(ill.link.ended?.code).toBe('internal')
  expect(well.link.of('message')).toHaveLength(1)
  expect(back.link.of('message')).toHaveLength(2)
})

test('[R4] a page in the cache that ends before the head does not hold up the replay', async () => {
  // The cache's clock stands still: a page that was read stays for good.
  const core = new Core({ clock: () => 1000 })
  await core.publish('a')
  const since = core.log.inner.cursor(1)
  const first = core.connect(['a'], { since })
  await turns(5)
  first.link.die()
  await core.publish('other')
  const second = core.connect(['a'], { since })
  await turns(50)
  expect(second.link.of('live')).toHaveLength(1)
  expect(core.log.reads).toBeLessThan(6)
})

test('[H4] a sender gets its own messages neither live nor replayed', async () => {
  const core = new Core()
  const publish = (sender: string | undefined, data: string) =>
    core.context.publisher.publish([
      { channel: 'a', data, sender },
      { channel: 'u', data, sender },
    ])
  await publish('me', '1')
  await publish('you', '2')
  const peer = core.connect(['a', 'u'], { since: core.log.inner.cursor(0), sender: 'me' })
  const without = core.connect(['a', 'u'], { since: core.log.inner.cursor(0) })
  await turns(5)
  await publish('me', '3')
  await publish(undefined, '4')
  await turns(5)
  const heard = ({ link }: Peer) => link.of('message').map(({ channel, data }) => `${channel}${data}`)
  expect(heard(peer)).toEqual(['a2', 'a4', 'u4'])
  expect(heard(without)).toEqual(['a1', 'a2', 'a3', 'u3', 'a4', 'u4'])
  expect(peer.session.reader.messages).toBe(3)
})

test('[S4] the heartbeat of a stream tells a cursor that moved in silence, once', async () => {
  const core = new Core()
  const peer = core.connect(['a'], { link: new FakeLink('sse'), sender: 'me' })
  await turns(3)
  await core.context.publisher.publish([{ channel: 'a', data: '1', sender: 'me' }])
  await core.publish('other')
  await turns(3)
  peer.session.beat()
  peer.session.beat()
  const beats = peer.link.sent.filter(({ frame }) => frame.type === 'heartbeat')
  expect(beats.map(({ eventId }) => eventId)).toEqual([core.log.inner.cursor(2), undefined])
})

test.each(['websocket', 'sse'] as const)(
  '[W5] while the log takes long to open a connection by %s, it beats if that can be answered',
  async transport => {
    const core = await lateCore()
    const peer = core.connect(['a'], { since: core.log.inner.cursor(0), link: new FakeLink(transport) })
    peer.session.beat()
    expect(peer.link.beats).toBe(transport === 'websocket' ? 1 : 0)
    expect(peer.link.frames.filter(({ type }) => type !== 'ping')).toEqual([])
    await turns(20)
    expect(typesOf(peer).find(type => type !== 'ping')).toBe('welcome')
  },
)

test('[W4] a key revoked while its connection was on the way: `unauthorized`, and nothing before it', async () => {
  const core = new Core()
  await core.publish('a')
  let isRevoked = false
  const key: Identity = {
    kind: 'key',
    name: 'shop',
    publish: () => true,
    read: true,
    admin: false,
    hasEnded: () => isRevoked,
  }
  const early = core.connect(['a'], { identity: key })
  await turns(5)
  isRevoked = true
  // Whoever revokes closes what is registered by then; this one comes later.
  core.context.connections.closeEnded()
  const late = core.connect(['a'], { identity: key })
  await turns(5)
  expect(typesOf(early).slice(-2)).toEqual(['live', 'goodbye'])
  expect(typesOf(late)).toEqual(['goodbye'])
  expect(late.link.of('goodbye')).toMatchObject([{ code: 'unauthorized', reconnect: false }])
  expect(core.context.connections.size).toBe(0)
})
