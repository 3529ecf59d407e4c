// What operators see of connections: which ones match, in which order, how far behind they are, what they may do.

import { expect, test } from 'vitest'
import { clientGrant, keyGrant } from '../../gateway/access/patterns.ts'
import { createFilter, type Sort, sortConnections } from '../../gateway/core/connection-search.ts'
import type { Identity } from '../../gateway/core/identity.ts'
import type { ConnectionView } from '../../shared/stats.ts'
import { agentName } from '../../shared/user-agent.ts'
import { Core } from '../core/core.ts'
import { turns } from '../core/late-log.ts'

const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36'

function view(id: string, more: Partial<ConnectionView> = {}): ConnectionView {
  return {
    id,
    kind: 'anonymous',
    transport: 'sse',
    address: '10.0.0.1',
    channels: [],
    since: 0,
    messages: 0,
    bytes: 0,
    pendingBytes: 0,
    behind: 0,
    ...more,
  }
}

const ALL = [
  view('c1', { user: 'Mira', transport: 'websocket', channels: ['chat:1', 'news'], roundTripMs: 90 }),
  view('c2', { user: 'ada', address: '::ffff:192.0.2.17', userAgent: CHROME, behind: 3 }),
  view('c3', { kind: 'key', name: 'shop', address: '192.0.2.17', behind: 1, replaying: true }),
  view('c4', { user: 'ada', channels: ['chat:10'], roundTripMs: 4.5 }),
]

test.each([
  [{}, 'c1 c2 c3 c4'],
  [{ user: 'ada' }, 'c2 c4'],
  [{ user: 'ad' }, ''],
  [{ channel: 'chat:1' }, 'c1'],
  [{ transport: 'websocket' as const }, 'c1'],
  [{ address: '192.0.2.' }, 'c2 c3'],
  [{ address: '92.0' }, ''],
  [{ text: 'CHAT:1' }, 'c1 c4'],
  [{ text: ' chat  mira ' }, 'c1'],
  [{ text: 'windows' }, 'c2'],
  [{ text: 'shop' }, 'c3'],
  [{ text: 'ada', user: 'ada', address: '10.' }, 'c4'],
])('%j finds %s', (filter, expected) => {
  const found = ALL.filter(createFilter(filter))
  expect(found.map(({ id }) => id).join(' ')).toBe(expected)
})

test.each<[Sort, string]>([
  ['-id', 'c4 c3 c2 c1'],
  ['user', 'c2 c4 c1 c3'],
  ['-user', 'c3 c1 c4 c2'],
  ['channels', 'c2 c3 c4 c1'],
  ['behind', 'c1 c4 c2 c3'],
  ['-behind', 'c3 c2 c4 c1'],
  ['roundTripMs', 'c4 c1 c2 c3'],
  ['-roundTripMs', 'c1 c4 c3 c2'],
  ['browser', 'c2 c1 c3 c4'],
  ['-browser', 'c2 c4 c3 c1'],
])('sorted by %s: %s; who has no value stands last', async (sort, expected) => {
  const sorted = await sortConnections(ALL, sort, work => work())
  expect(sorted.map(({ id }) => id).join(' ')).toBe(expected)
})

test('15,000 are sorted in pieces, between which others have their turn', async () => {
  const views = Array.from({ length: 15_000 }, (_, n) =>
    view(`c${n}`, { user: `user${(n * 7919) % 15_000}` }),
  )
  let pieces = 0
  const sorted = await sortConnections(views, 'user', work => {
    pieces += 1
    return work()
  })
  expect(pieces).toBeGreaterThan(10)
  expect(sorted.map(({ user }) => user)).toEqual(views.map(({ user }) => user).sort())
})

test.each([
  [CHROME, 'Chrome 126, Windows'],
  [`${CHROME} Edg/126.0.1`, 'Edge 126, Windows'],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0', 'Firefox 141, Linux'],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1',
    'Safari 18, iOS',
  ],
  [
    'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36',
    'Chrome 131, Android',
  ],
  ['curl/8.5.0', 'curl/8.5.0'],
  [`${'x'.repeat(500)} y`, 'x'.repeat(40)],
])('%s is shown as %s', (userAgent, expected) => {
  expect(agentName(userAgent)).toBe(expected)
})

test('pages begin anywhere, and tell how many match in all', async () => {
  const core = new Core()
  for (let count = 0; count < 7; count += 1) core.connect([count < 5 ? 'a' : 'b'])
  await turns(4)
  const { connections } = core.context
  const ids = connections.all().map(({ id }) => id)
  const page = await connections.find({ channel: 'a', sort: '-id', offset: 1, limit: 2 })
  expect([page.connections.map(({ id }) => id), page.total]).toEqual([[ids[3], ids[2]], 5])
  const next = await connections.find({ channel: 'a', after: ids[2]!, limit: 10 })
  expect([next.connections.map(({ id }) => id), next.total]).toEqual([[ids[3], ids[4]], 5])
  expect(await connections.find({ offset: 9, limit: 2 })).toEqual({ connections: [], total: 7 })
})

test('who leaves while thousands are looked through is not found', async () => {
  const core = new Core()
  for (let count = 0; count < 1200; count += 1) core.connect(['a'])
  await turns(4)
  const { connections, hub } = core.context
  expect(hub.subscriptions).toBe(1200)
  const leaving = connections.all().at(-1)!
  const looking = connections.find({ limit: 1000, offset: 1000 })
  leaving.close('kicked', 'Enough.')
  await turns(4)
  const { connections: found, total } = await looking
  expect([total, found.some(({ id }) => id === leaving.id)]).toEqual([1199, false])
  expect(hub.subscriptions).toBe(1199)
})

test('active channels come by name, a page of them, however many there are and in whatever order', async () => {
  const core = new Core()
  const names = Array.from({ length: 500 }, (_, n) => `room:${(n * 263) % 500}`)
  for (let at = 0; at < names.length; at += 100) core.connect(names.slice(at, at + 100))
  await turns(4)
  const { hub } = core.context
  const listed = (after: string, limit: number) =>
    hub.listChannels('room:', after, limit).map(({ name }) => name)
  const sorted = names.toSorted()
  expect(listed('', 7)).toEqual(sorted.slice(0, 7))
  expect(listed(sorted[99]!, 50)).toEqual(sorted.slice(100, 150))
  expect(listed('', 1000)).toEqual(sorted)
})

test('[R3] a reader that takes nothing is behind by the messages of its own channels', async () => {
  const core = new Core()
  const { link, session, opened } = core.connect(['a', 'u1'])
  await opened
  await turns(4)
  link.isStalled = true
  await core.publish('a')
  await turns(4)
  expect(link.pendingBytes()).toBeGreaterThan(0)
  expect(session.view().behind).toBe(0)
  await core.publish('a', 'b', 'u1', 'a')
  await turns(4)
  expect(session.view()).toMatchObject({ behind: 3, messages: 1 })
  expect(session.detail().subscriptions).toMatchObject([
    { channel: 'a', behind: 2, rule: '*' },
    { channel: 'u1', behind: 1, rule: 'u*' },
  ])
  link.isStalled = false
  link.take()
  await turns(4)
  expect(session.view()).toMatchObject({ behind: 0, messages: 4 })
  expect(session.view()).not.toHaveProperty('replaying')
  expect(session.detail().subscriptions[0]!.cursor).toBe(`${core.log.epoch}-4`)
})

test('[R3] a reader that memory does not reach back to is shown as reading from the log', async () => {
  const core = new Core({ tailBytes: 3000 })
  const { link, session, opened } = core.connect(['a'])
  await opened
  await turns(4)
  link.isStalled = true
  for (let count = 0; count < 20; count += 1) await core.publish('a')
  await turns(4)
  const { behind, replaying } = session.view()
  expect([replaying, behind > 0, behind < 19]).toEqual([true, true, true])
  link.isStalled = false
  link.take()
  await turns(20)
  expect(session.view()).toMatchObject({ behind: 0, messages: 20 })
  expect(session.view()).not.toHaveProperty('replaying')
})

const SECRET_SESSION = 'the session of an operator'

test.each<[Identity, object]>([
  [{ kind: 'anonymous' }, { identity: {} }],
  [
    {
      kind: 'client',
      user: 'ada',
      info: { name: 'Ada' },
      subscribe: clientGrant(['chat:*', 'news']),
      publish: clientGrant([]),
      expires: 5e12,
    },
    {
      user: 'ada',
      identity: { info: { name: 'Ada' }, subscribe: ['news', 'chat:*'], publish: [], expires: 5e12 },
    },
  ],
  [
    { kind: 'key', name: 'shop', publish: keyGrant(['orders:*']), read: true, admin: false },
    { name: 'shop', identity: { publish: ['orders:*'], read: true, admin: false } },
  ],
  [
    { kind: 'operator', user: 'eve', session: SECRET_SESSION, role: 'viewer' },
    { name: 'eve', identity: { role: 'viewer' } },
  ],
])('[W4] %j is shown with what it may do, never with what proves it', async (identity, expected) => {
  const core = new Core()
  const { session, opened } = core.connect(['a'], { identity, sender: 'tab-1' })
  await opened
  const detail = session.detail()
  expect(detail).toMatchObject({ kind: identity.kind, sender: 'tab-1', ...expected })
  expect(detail.identity).toEqual((expected as { identity: object }).identity)
  expect(JSON.stringify(detail)).not.toContain(SECRET_SESSION)
})

test('[W5] a sign of life is noted when it was written, so that its answer tells the round trip', async () => {
  const core = new Core()
  const { session, link, opened } = core.connect(['a'])
  await opened
  await turns(4)
  expect(session.view()).not.toHaveProperty('roundTripMs')
  session.beat()
  expect(link.beats).toBe(1)
  link.roundTripMs = 12.5
  expect(session.view().roundTripMs).toBe(12.5)
  link.isStalled = true
  await core.publish('a')
  await turns(4)
  session.beat()
  expect(link.beats, 'while the socket is busy').toBe(1)
})

test('[W3] operators are told of channels that come and go on a connection', async () => {
  const core = new Core()
  const { opened, command } = core.connect(['a'])
  await opened
  command({ type: 'subscribe', ref: 1, channel: 'b' })
  command({ type: 'unsubscribe', ref: 2, channel: 'b' })
  await turns(8)
  const told = core.events.map(event => `${event.kind} ${'channel' in event ? event.channel : ''}`.trim())
  expect(told).toEqual(['connected', 'subscribed b', 'unsubscribed b'])
})
