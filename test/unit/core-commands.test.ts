// The commands of one connection: their order, their answers, and what happens to a peer that only asks.

import { expect, test, vi } from 'vitest'
import type { Identity } from '../../gateway/core/identity.ts'
import { Core, type Peer } from '../core/core.ts'
import { turns } from '../core/late-log.ts'

const KEY: Identity = { kind: 'key', name: 'backend', publish: () => true, read: true, admin: false }
const MAX_PENDING_BYTES = 256 * 1024

async function open(core: Core, channels: string[] = ['a'], identity?: Identity): Promise<Peer> {
  const peer = core.connect(channels, identity ? { identity } : {})
  await turns(3)
  peer.link.sent.length = 0
  return peer
}

const answers = ({ link }: Peer) => link.frames.filter(({ ref }) => ref !== undefined)

test('[W3] each command with a ref gets exactly one answer, in the order sent', async () => {
  const core = new Core()
  const peer = await open(core)
  core.log.turns = () => 2
  peer.command({ type: 'publish', ref: 1, channel: 'a', data: 1 })
  peer.command({ type: 'publish', ref: 2, channel: 'no spaces', data: 1 })
  peer.command({ type: 'publish', ref: 3, channel: 'a', data: 2 })
  peer.command({ type: 'ping', ref: '4' })
  peer.command({ type: 'subscribe', ref: 5, channel: 'b' })
  peer.command({ type: 'publish', ref: 6, channel: 'b', data: 3 })
  peer.command({ type: 'unsubscribe', ref: 7, channel: 'b' })
  peer.command({ type: 'unsubscribe', ref: 8, channel: 'b' })
  peer.command({ type: 'history', ref: 9, channel: 'a', limit: 1 })
  peer.command({ type: 'nonsense', ref: 10 })
  await turns(40)
  expect(answers(peer).map(({ ref, type }) => `${ref} ${type}`)).toEqual([
    '1 published',
    '2 failure',
    '3 published',
    '4 pong',
    '5 subscribed',
    '6 published',
    '7 unsubscribed',
    '8 failure',
    '9 history',
    '10 failure',
  ])
})

test('[W3] what a command does is in effect for the next: a publish after its subscribe is heard, after its unsubscribe not', async () => {
  const core = new Core()
  const peer = await open(core)
  core.log.turns = () => 2
  peer.command({ type: 'subscribe', ref: 1, channel: 'b' })
  peer.command({ type: 'publish', ref: 2, channel: 'b', data: 'heard' })
  peer.command({ type: 'ping', ref: 3 })
  peer.command({ type: 'unsubscribe', ref: 4, channel: 'b' })
  peer.command({ type: 'publish', ref: 5, channel: 'b', data: 'unheard' })
  await turns(40)
  expect(peer.link.of('message').map(({ data }) => data)).toEqual(['heard'])
})

test('[W4] publishes overlap: many in flight are one commit, answered in order', async () => {
  const core = new Core()
  const peer = await open(core, [], KEY)
  const append = vi.spyOn(core.log.inner, 'append')
  for (let ref = 1; ref <= 300; ref += 1) peer.command({ type: 'publish', ref, channel: 'a', data: ref })
  await turns(20)
  expect(append.mock.calls.length).toBeLessThan(5)
  expect(peer.link.of('published').map(({ ref, id }) => [ref, id])).toEqual(
    Array.from({ length: 300 }, (_, index) => [index + 1, core.log.inner.cursor(index + 1)]),
  )
})

test('[W3] a failed publish is answered in its place, and the others stand', async () => {
  const core = new Core()
  const peer = await open(core)
  core.log.fault = () => 'before'
  peer.command({ type: 'publish', ref: 1, channel: 'a', data: 1 })
  await turns(5)
  core.log.fault = () => null
  peer.command({ type: 'publish', ref: 2, channel: 'a', data: 2, key: 'k' })
  peer.command({ type: 'publish', ref: 3, channel: 'a', data: 2, key: 'k' })
  await turns(5)
  const id = core.log.inner.cursor(1)
  expect(answers(peer)).toMatchObject([
    { type: 'failure', ref: 1, code: 'unavailable', channel: 'a' },
    { type: 'published', ref: 2, id },
    { type: 'published', ref: 3, id, duplicate: true },
  ])
})

test('[W2] five malformed frames in a row end the connection, four do not', async () => {
  const core = new Core()
  const peer = await open(core)
  const malformed = ['', '{', '[]', '{"type":"nonsense"}', 'null']
  for (const text of malformed.slice(0, 4)) peer.commands.receive(text)
  peer.command({ type: 'ping', ref: 1 })
  for (const text of malformed.slice(0, 4)) peer.commands.receive(text)
  peer.command({ type: 'ping', ref: 2, extra: true })
  await turns(5)
  expect(peer.link.frames.map(({ type }) => type)).toEqual([
    ...Array.from({ length: 4 }, () => 'failure'),
    'pong',
    ...Array.from({ length: 5 }, () => 'failure'),
  ])
  expect(peer.link.ended).toBeNull()
  peer.link.sent.length = 0
  for (const text of malformed) peer.commands.receive(text)
  peer.command({ type: 'ping', ref: 3 })
  await turns(5)
  expect(peer.link.ended?.code).toBe('bad_request')
  expect(peer.link.frames).toMatchObject([
    ...Array.from({ length: 5 }, () => ({ type: 'failure', code: 'bad_request' })),
    { type: 'goodbye', code: 'bad_request', reconnect: false },
  ])
})

test('[W2] [W3] what a connection asked before it broke the rules is answered before the goodbye', async () => {
  const core = new Core()
  const peer = await open(core)
  core.log.turns = () => 2
  peer.command({ type: 'publish', ref: 1, channel: 'a', data: 1 })
  peer.command({ type: 'history', ref: 2, channel: 'a' })
  peer.commands.end('Frames have to be text.')
  peer.command({ type: 'publish', ref: 3, channel: 'a', data: 2 })
  await turns(20)
  expect(answers(peer).map(({ ref, type }) => `${ref} ${type}`)).toEqual(['1 published', '2 history'])
  expect(peer.link.frames.at(-1)).toMatchObject({ type: 'goodbye', reason: 'Frames have to be text.' })
  expect(core.log.inner.head).toBe(1)
})

test('[W3] over the rate a command fails by its ref and does nothing; backends have no rate', async () => {
  const core = new Core({ commandsPerSecond: 5 })
  vi.spyOn(performance, 'now').mockReturnValue(1000)
  const peer = await open(core)
  const backend = await open(core, [], KEY)
  for (let ref = 1; ref <= 12; ref += 1) {
    peer.command({ type: 'publish', ref, channel: 'a', data: ref })
    backend.command({ type: 'ping', ref })
  }
  await turns(5)
  vi.restoreAllMocks()
  expect(answers(peer).map(({ type, code }) => code ?? type)).toEqual([
    ...Array.from({ length: 10 }, () => 'published'),
    'rate_limited',
    'rate_limited',
  ])
  expect(core.log.head).toBe(10)
  expect(backend.link.of('pong')).toHaveLength(12)
})

test('[R3] a peer that does not take its answers is not read until it does', async () => {
  const core = new Core()
  const peer = await open(core)
  peer.link.isStalled = true
  const extra = 'x'.repeat(100)
  let sent = 0
  while (!peer.link.isReadingPaused && sent < 50_000) {
    peer.command({ type: 'ping', ref: `${sent}${extra}` })
    sent += 1
    if (sent % 100 === 0) await turns(1)
  }
  expect(peer.link.isReadingPaused).toBe(true)
  await turns(5)
  expect(peer.session.pendingBytes).toBeLessThan(2 * MAX_PENDING_BYTES)
  peer.link.isStalled = false
  peer.link.take()
  await turns(5)
  expect(peer.link.isReadingPaused).toBe(false)
  expect(peer.link.of('pong')).toHaveLength(sent)
})

test('[R3] answers that were asked for at once do not pile up for a peer that does not take them', async () => {
  const core = new Core()
  const data = `"${'.'.repeat(50 * 1024)}"`
  await core.context.publisher.publish(Array.from({ length: 10 }, () => ({ channel: 'a', data })))
  const peer = await open(core, [], KEY)
  peer.link.isStalled = true
  for (let ref = 1; ref <= 100; ref += 1) peer.command({ type: 'history', ref, channel: 'a' })
  await turns(50)
  // One answer may pass the bound, which is what it takes to see it.
  expect(peer.session.pendingBytes).toBeLessThan(MAX_PENDING_BYTES + 1024 * 1024)
  peer.link.isStalled = false
  for (let round = 0; round < 200; round += 1) {
    peer.link.take()
    await turns(1)
  }
  expect(peer.link.of('history').map(({ ref }) => ref)).toEqual(
    Array.from({ length: 100 }, (_, index) => index + 1),
  )
})

test.each([true, false])(
  '[R3] after large answers, the last one too, the connection is read again (socket stalled: %s)',
  async isStalled => {
    const core = new Core()
    const data = `"${'.'.repeat(60 * 1024)}"`
    await core.context.publisher.publish(Array.from({ length: 8 }, () => ({ channel: 'a', data })))
    const peer = await open(core, [], KEY)
    peer.link.isStalled = isStalled
    for (let ref = 1; ref <= 3; ref += 1) {
      peer.command({ type: 'history', ref, channel: 'a' })
      await turns(1)
    }
    for (let round = 0; round < 10; round += 1) {
      peer.link.take()
      await turns(2)
    }
    expect(peer.link.of('history')).toHaveLength(3)
    expect(peer.link.isReadingPaused).toBe(false)
    peer.command({ type: 'ping', ref: 4 })
    peer.link.isStalled = false
    await turns(3)
    expect(peer.link.of('pong')).toHaveLength(1)
  },
)

test('[R3] over a thousand commands that wait the connection is not read', async () => {
  const core = new Core()
  const peer = await open(core, [], KEY)
  core.log.turns = () => 3
  for (let ref = 1; ref <= 1000; ref += 1) peer.command({ type: 'publish', ref, channel: 'a', data: 1 })
  expect(peer.link.isReadingPaused).toBe(true)
  await turns(30)
  expect(peer.link.isReadingPaused).toBe(false)
  expect(peer.link.of('published')).toHaveLength(1000)
})

test.each(['publish', 'subscribe'] as const)(
  '[R6] a %s whose check throws fails alone, by its ref',
  async type => {
    const broken = () => {
      throw new Error('a hole in the rules')
    }
    const core = new Core({ access: { mayPublish: broken, maySubscribe: broken } })
    const peer = await open(core)
    peer.command({ type, ref: 1, channel: 'b', ...(type === 'publish' && { data: 1 }) })
    peer.command({ type: 'ping', ref: 2 })
    await turns(5)
    expect(core.faults).toHaveLength(1)
    expect(answers(peer)).toMatchObject([
      { type: 'failure', ref: 1, code: 'internal' },
      { type: 'pong', ref: 2 },
    ])
  },
)

test('[W3] history by command: bounds, what is older, and the gap of a foreign cursor', async () => {
  const core = new Core()
  await core.publish('a', 'a', 'a', 'a', 'a')
  const peer = await open(core)
  const at = (seq: number) => core.log.inner.cursor(seq)
  peer.command({ type: 'history', ref: 1, channel: 'a', since: at(1), before: at(5), limit: 2 })
  peer.command({ type: 'history', ref: 2, channel: 'a', limit: 2 })
  peer.command({ type: 'history', ref: 3, channel: 'a', since: 'nonsense' })
  await turns(5)
  const ids = (frame: { messages?: readonly unknown[] }) =>
    frame.messages?.map(message => (message as { id: string }).id)
  const [bounded, newest, reset] = peer.link.of('history')
  expect([ids(bounded!), ids(newest!), ids(reset!)]).toEqual([
    [at(2), at(3)],
    [at(4), at(5)],
    [at(1), at(2), at(3), at(4), at(5)],
  ])
  expect([bounded, newest, reset]).toMatchObject([
    { more: true, oldest: at(1) },
    { more: true },
    { more: false, gap: { reason: 'reset', requested: 'nonsense' } },
  ])
})

test('what an operator publishes is recorded, once it is committed and without its content', async () => {
  const core = new Core({
    access: {
      mayPublish: (_identity, channel) =>
        channel === 'no' ? { code: 'forbidden', message: 'Not there.' } : null,
    },
  })
  const operator: Identity = { kind: 'operator', user: 'eva', session: 's', role: 'operator' }
  const peers = [await open(core, ['a'], operator), await open(core, ['a'], KEY), await open(core)]
  for (const peer of peers) {
    peer.command({ type: 'publish', ref: 1, channel: 'a', data: 'what it says' })
    peer.command({ type: 'publish', ref: 2, channel: 'no', data: 1 })
  }
  await turns(20)
  for (const peer of peers) expect(answers(peer)).toMatchObject([{ type: 'published' }, { type: 'failure' }])
  const { address } = peers[0]!.link
  expect(core.deeds).toEqual([
    { actor: { kind: 'operator', name: 'eva', address }, action: 'publish', target: 'a' },
  ])
})
