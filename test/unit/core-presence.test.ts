// Presence in the core: who is a member, what is told of it, in which order, and what a slow reader gets instead.

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Departures } from '../../gateway/core/presence-departures.ts'
import { Room } from '../../gateway/core/presence-room.ts'
import { startTimer } from '../../gateway/core/timer.ts'
import { visitorOf } from '../../gateway/core/visitor.ts'
import { webSocketEncoder } from '../../gateway/transports/ws-frame.ts'
import { client, connect, createCore, holdTime, passTime, ROOM, whoIsThere } from '../core/company.ts'
import { FakeLink } from '../core/fake-link.ts'
import { turns } from '../core/late-log.ts'

const KEY = { kind: 'key', name: 'k', publish: () => true, read: true, admin: true } as const

beforeEach(holdTime)
afterEach(() => vi.useRealTimers())

test.each(['websocket', 'sse'] as const)(
  '[P2] the snapshot follows `live` and holds its reader (%s)',
  async transport => {
    const core = createCore()
    connect(core, client('ada', { name: 'Ada' }))
    connect(core, { kind: 'anonymous' })
    connect(core, client())
    connect(core, KEY)
    await turns(4)
    const bob = connect(core, client('bob'), new FakeLink(transport))
    await turns(4)
    expect(bob.link.frames.map(({ type }) => type)).toEqual(['welcome', 'subscribed', 'live', 'presence'])
    expect(bob.link.of('subscribed')[0]).toHaveProperty('presence', true)
    expect(bob.link.of('presence')).toEqual([
      {
        type: 'presence',
        channel: ROOM,
        members: [
          { user: 'ada', info: { name: 'Ada' }, connections: 1 },
          { user: 'bob', connections: 1 },
        ],
        anonymous: 2,
      },
    ])
    expect(bob.link.sent.at(-1)?.eventId).toBeUndefined()
  },
)

test('[P1] a user with several connections joins once, and leaves with the last', async () => {
  const core = createCore()
  const watcher = connect(core, KEY)
  await turns(4)
  const first = connect(core, client('ada'))
  const second = connect(core, client('ada', { name: 'Ada' }))
  await turns(4)
  expect(watcher.link.of('join')).toEqual([
    { type: 'join', channel: ROOM, user: 'ada', info: { name: 'Ada' } },
  ])
  expect(first.link.of('presence')[0]?.members).toEqual([
    { user: 'ada', info: { name: 'Ada' }, connections: 2 },
  ])
  first.command({ type: 'unsubscribe', channel: ROOM })
  await turns(4)
  expect(watcher.link.of('leave')).toEqual([])
  second.command({ type: 'unsubscribe', channel: ROOM })
  await turns(4)
  expect(watcher.link.of('leave')).toEqual([
    { type: 'leave', channel: ROOM, user: 'ada', info: { name: 'Ada' } },
  ])
})

test('[P1] `auth` with new info changes what is told of the user', async () => {
  const renewed = client('ada', { name: 'Ada Lovelace' })
  const core = createCore({ access: { authenticate: async () => renewed } })
  const ada = connect(core, client('ada', { name: 'Ada' }))
  await turns(4)
  ada.command({ type: 'auth', token: 'new' })
  ada.command({ type: 'presence', ref: 1, channel: ROOM })
  await turns(8)
  expect(ada.link.of('presence').map(({ ref, members }) => [ref, members?.[0]?.info])).toEqual([
    [undefined, { name: 'Ada' }],
    [1, { name: 'Ada Lovelace' }],
  ])
})

test('[P3] a lost connection is a leave after ten seconds, and none when the user comes back', async () => {
  const core = createCore()
  const watcher = connect(core, KEY)
  connect(core, client('ada')).link.die()
  const bob = connect(core, client('bob'))
  await turns(4)
  bob.link.die()
  await passTime(9000)
  expect(await whoIsThere(core)).toEqual(['ada', 'bob'])
  connect(core, client('bob'))
  await passTime(999)
  expect(watcher.link.of('leave')).toEqual([])
  await passTime(1)
  expect(watcher.link.of('leave').map(({ user }) => user)).toEqual(['ada'])
  await passTime(60_000)
  expect(watcher.believed).toEqual(new Set(['bob']))
})

test('[P3] the grace counts from the last connection that was lost', async () => {
  const core = createCore()
  const watcher = connect(core, KEY)
  const tabs = [connect(core, client('ada')), connect(core, client('ada'))]
  await turns(4)
  tabs[0]!.link.die()
  await passTime(6000)
  tabs[1]!.link.die()
  await passTime(6000)
  expect(watcher.believed).toEqual(new Set(['ada']))
  await passTime(4000)
  expect(watcher.believed).toEqual(new Set())
})

test('[P3] whoever is disconnected for good leaves at once', async () => {
  const core = createCore()
  const watcher = connect(core, KEY)
  connect(core, client('ada'))
  await turns(4)
  core.context.connections.disconnectUser('ada', 'gone')
  await turns(4)
  expect(watcher.believed).toEqual(new Set())
})

test('[P3] a grant that is lost is a leave at once', async () => {
  const access = {
    authenticate: async () => client('ada'),
    maySubscribe: () => ({ code: 'forbidden', message: 'No more.' }) as const,
  }
  const core = createCore({ access })
  const watcher = connect(core, KEY)
  const ada = connect(core, client('ada'))
  await turns(4)
  ada.command({ type: 'auth', token: 'narrower' })
  await turns(8)
  expect(ada.link.of('unsubscribed')[0]?.reason).toBe('No more.')
  expect(watcher.believed).toEqual(new Set())
})

test('[P2] a subscription that is added later gets its snapshot too', async () => {
  const core = createCore()
  const ada = core.connect([], { identity: client('ada') })
  await ada.opened
  for (const channel of ['urgent', 'room2', 'other'])
    ada.command({ type: 'subscribe', ref: channel, channel })
  await turns(10)
  const { frames } = ada.link
  expect(ada.link.of('presence').map(({ channel }) => channel)).toEqual(['urgent', 'room2'])
  for (const name of ['urgent', 'room2']) {
    const live = frames.findIndex(({ type, channels }) => type === 'live' && channels?.includes(name))
    const snapshot = frames.findIndex(({ type, channel }) => type === 'presence' && channel === name)
    expect(live).toBeGreaterThan(0)
    expect(snapshot).toBeGreaterThan(live)
  }
  const offered = ada.link.of('subscribed').map(({ presence }) => presence)
  expect(offered).toEqual([true, true, undefined])
})

test('[P2] whoever replays is told nothing before its snapshot', async () => {
  const core = createCore()
  await core.publish(ROOM, ROOM)
  core.log.turns = () => 6
  const link = new FakeLink()
  const late = core.connect([ROOM], { identity: client('ada'), link, history: 2 })
  await turns(2)
  connect(core, client('bob'))
  await turns(20)
  const types = late.link.frames.map(({ type }) => type)
  expect(types).toEqual(['welcome', 'subscribed', 'message', 'message', 'live', 'presence'])
  expect(late.link.of('presence')[0]?.members).toHaveLength(2)
})

test('[P4] the command needs the right to subscribe, and a channel with presence', async () => {
  const maySubscribe = (_: unknown, channel: string) =>
    channel === 'room-secret' ? ({ code: 'forbidden', message: 'No.' } as const) : null
  const core = createCore({ access: { maySubscribe } })
  const ada = core.connect([], { identity: client('ada') })
  for (const channel of [ROOM, 'room-secret', 'other'])
    ada.command({ type: 'presence', ref: channel, channel })
  await turns(10)
  const answers = ada.link.frames.filter(({ ref }) => ref !== undefined)
  expect(answers).toMatchObject([
    { type: 'presence', ref: ROOM, channel: ROOM, members: [], anonymous: 0 },
    { type: 'failure', ref: 'room-secret', code: 'forbidden' },
    { type: 'failure', ref: 'other', code: 'not_found' },
  ])
})

test('[P2] rooms end with the last of their visitors', async () => {
  const core = createCore()
  const peers = [client('ada'), { kind: 'anonymous' } as const, KEY].map(who => connect(core, who))
  await turns(4)
  for (const { link } of peers) link.die()
  expect(core.context.presence.size).toBe(1)
  await passTime(10_000)
  expect(core.context.presence.size).toBe(0)
})

test('[P5] who is too slow for joins and leaves gets a snapshot, and what waits stays bounded', async () => {
  const core = createCore()
  const slow = connect(core, KEY)
  const quick = connect(core, KEY)
  await turns(4)
  slow.link.isStalled = true
  connect(core, client('first'))
  await turns(4)
  // 20 users with 16 KiB of info each: more than is kept for anybody.
  for (let user = 0; user < 20; user += 1) {
    const guest = connect(core, client(`guest${user}`, { text: 'x'.repeat(16_384) }))
    await turns(3)
    guest.command({ type: 'unsubscribe', channel: ROOM })
    await turns(3)
  }
  expect(quick.link.of('join')).toHaveLength(21)
  expect(slow.session.pendingBytes).toBeLessThan(1000)
  slow.link.isStalled = false
  slow.link.take()
  await turns(4)
  expect(slow.link.of('join')).toHaveLength(1)
  expect(slow.link.of('presence')).toHaveLength(2)
  expect(slow.believed).toEqual(new Set(['first']))
  expect(quick.believed).toEqual(new Set(['first']))
})

test('[P5] a reader that was busy for a moment gets what it lacks in one write', async () => {
  const core = createCore()
  const slow = connect(core, KEY)
  await turns(4)
  slow.link.isStalled = true
  for (const user of ['ada', 'bob', 'eve']) {
    connect(core, client(user))
    await turns(4)
  }
  slow.link.isStalled = false
  const writes = slow.link.writes.length
  slow.link.take()
  await turns(4)
  expect(slow.link.writes).toHaveLength(writes + 1)
  expect(slow.link.of('join').map(({ user }) => user)).toEqual(['ada', 'bob', 'eve'])
})

test('[P5] a snapshot that would be too long lists whom it can and counts all', async () => {
  const core = createCore()
  for (let user = 0; user < 20; user += 1) connect(core, client(`u${user}`, { text: 'x'.repeat(16_384) }))
  await turns(4)
  const late = connect(core, KEY)
  await turns(4)
  const snapshot = late.link.of('presence')[0]!
  expect(snapshot.total).toBe(20)
  expect(snapshot.members).toHaveLength(15)
  expect(late.link.writes.at(-1)!.bytes).toBeLessThan(256 * 1024)
})

test('[P2] a snapshot is not lost to changes that come between it and its reader', () => {
  const departures = new Departures({ graceMs: 1, now: Date.now, startTimer })
  const room = new Room({ channel: ROOM, departures, schedule: () => {}, startTimer, onEmpty: () => {} })
  const watch = { told: null, from: 0, touch: () => {} }
  const take = () => room.take(watch, webSocketEncoder)?.toString()
  room.enter(visitorOf(client('ada')))
  room.watch(watch)
  expect(take()).toBeUndefined()
  room.takeTurn()
  room.enter(visitorOf(client('bob')))
  expect(take()).toContain('"members":[{"user":"ada","connections":1}]')
  room.takeTurn()
  expect(take()).toContain('"type":"join","channel":"room","user":"bob"')
})
