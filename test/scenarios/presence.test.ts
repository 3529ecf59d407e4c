// Rules P1–P5: who is in a channel, as its clients, its backends and the clients of others are told.

import { spawn } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { within } from '../harness/deadline.ts'
import { type Frame, range } from '../harness/frame.ts'
import { type Gateway, startGateway } from '../harness/gateway.ts'
import { type Scope, shared } from '../harness/scope.ts'
import type { Subscriber } from '../harness/subscriber.ts'
import { type Transport, transports } from '../harness/transports.ts'
import { openWebSocket } from '../harness/websocket.ts'

const CHANNELS = [
  { match: 'room:*', subscribe: 'granted', publish: 'nobody', presence: true },
  { match: 'open:*', subscribe: 'anyone', publish: 'nobody', presence: true },
  { match: '*', subscribe: 'granted', publish: 'nobody' },
]
// Presence that only a heartbeat brings is presence that hangs: no test waits for as long as this.
const heartbeat = '10m'
const config = { channels: CHANNELS, limits: { commandsPerSecond: 100_000 }, heartbeat }
const gateway = shared(scope => startGateway(scope, { config }))

function tokenOf(user: string | undefined, info?: object): string {
  return gateway().jwt({
    ...(user !== undefined && { sub: user }),
    ...(info && { info }),
    subscribe: ['room:*'],
  })
}

interface Guest {
  readonly channel: string
  readonly user?: string
  readonly info?: object
}

async function come(t: Scope, { name, open }: Transport, { channel, user, info }: Guest, at = gateway()) {
  const guest = await open(t, at.url, { channels: channel, token: tokenOf(user, info) })
  await guest.next('presence')
  return Object.assign(guest, { name })
}

/** A backend that looks on. */
async function watch(t: Scope, channel: string) {
  const authorization = `Bearer ${gateway().apiKey}`
  const watcher = await openWebSocket(t, gateway().url, { channels: channel, headers: { authorization } })
  await watcher.next('presence')
  return watcher
}

/** Who is there after everything that a connection was told. */
function believed({ frames }: Subscriber): Set<string> {
  const start = frames.findLastIndex(({ type, ref }) => type === 'presence' && ref === undefined)
  const users = new Set(frames[start]!.members!.map(({ user }) => user))
  for (const { type, user } of frames.slice(start)) {
    if (type === 'join') users.add(user!)
    if (type === 'leave') users.delete(user!)
  }
  return users
}

describe.each(transports)('presence over $name', transport => {
  test('[P1][P2][P4] users are members, others are counted, backends only look on', async t => {
    const channel = `room:${transport.name}`
    const watcher = await watch(t, channel)
    const ada = await come(t, transport, { channel, user: 'ada', info: { name: 'Ada' } })
    await come(t, transport, { channel, user: 'ada', info: { name: 'Ada' } })
    await come(t, transport, { channel })
    const bob = await come(t, transport, { channel, user: 'bob' })
    const members = [
      { user: 'ada', info: { name: 'Ada' }, connections: 2 },
      { user: 'bob', connections: 1 },
    ]
    const types = bob.frames.map(({ type }) => type)
    expect(types).toEqual(['welcome', 'subscribed', 'subscribed', 'live', 'presence'])
    expect(bob.frames[1]).toMatchObject({ channel, presence: true })
    expect(bob.frames[2]).not.toHaveProperty('presence')
    expect(bob.frames.at(-1)).toEqual({ type: 'presence', channel, members, anonymous: 1 })
    expect(await ada.next('join')).toEqual({ type: 'join', channel, user: 'bob' })
    await watcher.next({ type: 'join', user: 'bob' })
    expect(watcher.frames.filter(({ type }) => type === 'join')).toHaveLength(2)
    const path = `/api/channels/${encodeURIComponent(channel)}/presence`
    for (const key of [gateway().apiKey, tokenOf('eve')]) {
      expect((await gateway().api('GET', path, { key })).json).toEqual({ members, anonymous: 1 })
    }
    expect(await watcher.ask({ type: 'presence', channel })).toMatchObject({ channel, members, anonymous: 1 })
  })

  test('[P2] joins and leaves move no cursor', async t => {
    const channel = `room:cursor-${transport.name}`
    const ada = await come(t, transport, { channel, user: 'ada' })
    const before = ada.lastId
    const bob = await openWebSocket(t, gateway().url, { channels: channel, token: tokenOf('bob') })
    await ada.next({ type: 'join', user: 'bob' })
    await bob.ask({ type: 'unsubscribe', channel })
    await ada.next({ type: 'leave', user: 'bob' })
    expect(ada.lastId).toBe(before)
    const told = ada.frames.filter(({ type }) => ['join', 'leave', 'presence'].includes(type))
    for (const frame of told) expect(frame).not.toHaveProperty('id')
  })

  test('[P5] a reader that stops reading gets a snapshot in place of what it missed', async t => {
    const channel = `room:slow-${transport.name}`
    const slow = await come(t, transport, { channel, user: 'slow' })
    slow.pause()
    const info = { text: 'x'.repeat(8000) }
    const busy = await openWebSocket(t, gateway().url, { token: tokenOf('busy', info) })
    // 20 MB of joins and leaves: more than the sockets between take.
    for (const _ of range(1, 1250)) {
      await busy.ask({ type: 'subscribe', channel })
      await busy.ask({ type: 'unsubscribe', channel })
    }
    const last = await come(t, transport, { channel, user: 'last' })
    slow.unpause()
    const isLast = ({ user, members }: Frame) => user === 'last' || members?.some(it => it.user === 'last')
    await slow.next(frame => isLast(frame) === true)
    expect(slow.frames.filter(({ type }) => type === 'join').length).toBeLessThan(1250)
    expect(slow.frames.filter(({ type }) => type === 'presence').length).toBeGreaterThan(1)
    expect(believed(slow)).toEqual(believed(last))
  })
})

test('[P3] a client killed, one gone mute and one cut off leave after the grace; one that came back never left', async t => {
  const channel = 'room:grace'
  // Whoever goes mute is found out after two beats; so is everybody else in this process, if it is held up for as long.
  const own = await startGateway(t, { config: { ...config, heartbeat: '1s' } })
  const arrive = (each: Transport, user: string) => come(t, each, { channel, user }, own)
  const watchers = await Promise.all(transports.map(each => arrive(each, `watcher by ${each.name}`)))
  const { kill } = await startClient(t, own, channel, tokenOf('killed'))
  const mute = await openWebSocket(t, own.url, { channels: channel, token: tokenOf('mute') })
  const [stream, socket] = transports.map(each => arrive(each, `cut by ${each.name}`))
  const returning = await arrive(transports[1]!, 'returning')
  const cut = [await stream!, await socket!]
  await mute.next('presence')
  const begun = performance.now()
  mute.pause()
  returning.cut()
  await returning.resume()
  for (const guest of cut) guest.cut()
  await kill()
  for (const watcher of watchers) {
    const gone = new Set<string>()
    while (gone.size < 4) gone.add((await watcher.next('leave')).user!)
    expect(gone).toEqual(new Set(['killed', 'mute', 'cut by WebSocket', 'cut by SSE']))
    expect(performance.now() - begun).toBeGreaterThan(9900)
    expect(believed(watcher)).toEqual(
      new Set([...watchers.map(({ name }) => `watcher by ${name}`), 'returning']),
    )
    expect(watcher.frames.filter(({ type, user }) => type === 'join' && user === 'returning')).toHaveLength(1)
  }
})

test('[P3] after a restart presence fills again, and nobody is told that others left', async t => {
  const own = await startGateway(t, { config: { channels: CHANNELS, heartbeat } })
  const guests = await Promise.all(
    ['ada', 'bob', 'eve'].flatMap(user =>
      transports.map(({ open }) => open(t, own.url, { channels: 'open:a', token: own.jwt({ sub: user }) })),
    ),
  )
  for (const guest of guests) await guest.next('presence')
  await own.kill('SIGKILL')
  await own.restart()
  const back: Subscriber[] = []
  for (const guest of guests) {
    const again = await guest.resume()
    await again.next('presence')
    back.push(again)
  }
  expect(back[0]!.frames.find(({ type }) => type === 'presence')?.members).toHaveLength(1)
  await back[0]!.next({ type: 'join', user: 'eve' })
  for (const guest of back) {
    expect(guest.frames.filter(({ type }) => type === 'leave')).toEqual([])
    expect(believed(guest)).toEqual(new Set(['ada', 'bob', 'eve']))
  }
})

test('[P5] among more than 500 members, joins come at most twice a second, and passing ones not at all', async t => {
  const channel = 'room:large'
  const watcher = await watch(t, channel)
  const enter = (user: string) => openWebSocket(t, gateway().url, { channels: channel, token: tokenOf(user) })
  for (const hundred of range(0, 5))
    await Promise.all(range(1, 100).map(number => enter(`u${hundred * 100 + number}`)))
  while (believed(watcher).size < 600)
    await watcher.next(({ type }) => type === 'join' || type === 'presence')
  // What is published in between tells one sending from the next, whenever they arrive.
  await watcher.ask({ type: 'subscribe', channel: 'marks' })
  const before = watcher.frames.length
  const begun = performance.now()
  const guest = await openWebSocket(t, gateway().url, { token: tokenOf('guest') })
  for (const number of range(1, 100)) {
    await (await enter(`late${number}`)).next('subscribed')
    await gateway().publish('marks', number)
    guest.send(JSON.stringify({ type: 'subscribe', channel }))
    await guest.ask({ type: 'unsubscribe', channel })
  }
  await watcher.next({ type: 'join', user: 'late100' })
  const isJoin = watcher.frames.slice(before).map(({ type }) => type === 'join')
  const sendings = isJoin.filter((is, index) => is && !isJoin[index - 1]).length
  expect(isJoin.filter(is => is).length).toBeLessThan(110)
  expect(sendings).toBeLessThanOrEqual(1 + (performance.now() - begun) / 500)
  expect(believed(watcher).size).toBe(700)
  const path = `/api/channels/${encodeURIComponent(channel)}/presence`
  expect((await gateway().api('GET', path)).json.members).toHaveLength(700)
})

test('[P4] who may not receive a channel is not told who is there', async t => {
  const call = (channel: string, key: string | null) =>
    gateway().api('GET', `/api/channels/${encodeURIComponent(channel)}/presence`, { key })
  expect((await call('room:secret', null)).status).toBe(401)
  expect((await call('room:secret', gateway().jwt({ sub: 'ada' }))).status).toBe(403)
  expect((await call('open:hall', null)).json).toEqual({ members: [], anonymous: 0 })
  const none = await call('news', gateway().apiKey)
  expect([none.status, none.json.code]).toEqual([404, 'not_found'])
  expect((await call('not a name', gateway().apiKey)).status).toBe(400)
  const ada = await openWebSocket(t, gateway().url, { token: gateway().jwt({ sub: 'ada' }) })
  const ask = (channel: string) => ada.ask({ type: 'presence', channel })
  expect(await ask('room:secret')).toMatchObject({
    type: 'failure',
    code: 'forbidden',
    channel: 'room:secret',
  })
  expect(await ask('@ada')).toMatchObject({ type: 'failure', code: 'not_found' })
  expect(await ask('open:hall')).toMatchObject({ type: 'presence', members: [], anonymous: 0 })
})

/** A process of its own with one connection of each transport, for a death without goodbye. */
async function startClient(t: Scope, { url }: Gateway, channel: string, token: string) {
  const query = `?channels=${encodeURIComponent(channel)}&token=${token}`
  const script = `
    let open = 0
    const opened = () => { if (++open === 2) console.log('open') }
    new WebSocket(${JSON.stringify(`${url.replace('http', 'ws')}/ws${query}`)}).onmessage = event => {
      if (JSON.parse(event.data).type === 'presence') opened()
    }
    const response = await fetch(${JSON.stringify(`${url}/sse${query}`)})
    for await (const bytes of response.body) if (Buffer.from(bytes).includes('event: presence')) opened()
  `
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.onTestFinished(() => child.kill('SIGKILL'))
  await within(new Promise(resolve => child.stdout.once('data', resolve)), 'the client process to be there')
  const ended = new Promise(resolve => child.once('exit', resolve))
  const kill = () => {
    child.kill('SIGKILL')
    return within(ended, 'the client process to end')
  }
  return { kill }
}
