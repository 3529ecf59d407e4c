// The client when links fail in unusual ways: silence, refusals, other transports. Scripted gateway, real sockets.

import { createServer } from 'node:net'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import type { Twinwire } from '../../clients/js/connect.ts'
import type { Peer, Script } from './client-scripted-gateway.ts'
import { createQueue, startGateway } from './client-scripted-gateway.ts'
import { message, nextState, start, subscribed, WELCOME } from './client-started.ts'

const WELCOME_DEADLINE_MS = 15_000
const RATE_LIMIT_PAUSE_MS = 2000
const UNAVAILABLE_PAUSE_MS = 10_000
/** Longer than the longest backoff of a started client. */
const RETRIED_MS = 50

afterEach(() => vi.useRealTimers())

function fakeTimers(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] })
}

/** A peer that accepts connections and never says a word. */
async function startSilence() {
  const arrivals = createQueue<true>()
  const server = createServer(socket => {
    socket.on('error', () => socket.destroy())
    socket.once('data', () => arrivals.push(true))
    onTestFinished(() => void socket.destroy())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { url: `http://127.0.0.1:${address.port}`, arrivals }
}

for (const transport of ['websocket', 'sse'] as const) {
  test(`${transport}: a peer that accepts and says nothing is a lost attempt`, async () => {
    const silence = await startSilence()
    fakeTimers()
    const { client } = start(silence.url, { transport })
    client.subscribe('a', {}, () => {})
    await silence.arrivals.next()
    vi.advanceTimersByTime(WELCOME_DEADLINE_MS - 1)
    expect(client.state.name).toBe('connecting')
    vi.advanceTimersByTime(1)
    expect(client.state).toMatchObject({ name: 'waiting', loss: { code: 'timeout' } })
    vi.advanceTimersByTime(RETRIED_MS)
    expect(client.state.name).toBe('connecting')
    await silence.arrivals.next()
  })

  test(`${transport}: a welcome ends the deadline`, async () => {
    const gateway = await startGateway()
    fakeTimers()
    const { client, states } = start(gateway.url, { transport })
    client.subscribe('a', {}, () => {})
    const peer = await gateway.peers.next()
    peer.send(WELCOME)
    await nextState(states, 'open')
    vi.advanceTimersByTime(2 * WELCOME_DEADLINE_MS)
    expect(client.state.name).toBe('open')
  })
}

test('auto: silence on WebSocket leads to SSE', async () => {
  const silence = await startSilence()
  fakeTimers()
  const { client } = start(silence.url)
  client.subscribe('a', {}, () => {})
  const fetched = vi.spyOn(globalThis, 'fetch')
  onTestFinished(() => fetched.mockRestore())
  for (let attempt = 0; attempt < 2; attempt++) {
    await silence.arrivals.next()
    vi.advanceTimersByTime(WELCOME_DEADLINE_MS + RETRIED_MS)
  }
  await silence.arrivals.next()
  expect(fetched).toHaveBeenCalledOnce()
})

test('[R2] a cut before the first message loses nothing on channels without a gap', async () => {
  const gateway = await startGateway()
  const { client } = start(gateway.url, { transport: 'websocket' })
  const gaps = createQueue<string>()
  client.on('gap', gap => gaps.push(gap.channel))
  for (const channel of ['a', 'b']) client.subscribe(channel, { since: 'e-10' }, () => {})
  const first = await gateway.peers.next()
  first.send(WELCOME, subscribed('a', 'e-500', { recovered: false }))
  first.send(subscribed('b', 'e-10', { recovered: true }))
  first.send({ type: 'gap', channel: 'a', requested: 'e-10', oldest: 'e-501', reason: 'expired' })
  expect(await gaps.next()).toBe('a')
  first.cut()
  expect((await gateway.peers.next()).query.get('since')).toBe('e-10')
})

test('more channels than a connection may have: the page is told, and nothing is asked again', async () => {
  const gateway = await startGateway()
  const { client, states } = start(gateway.url, { transport: 'websocket' })
  const errors = createQueue<unknown>()
  client.on('error', error => errors.push(error))
  const peer = await gateway.peers.next()
  peer.send(WELCOME)
  await nextState(states, 'open')
  fakeTimers()
  client.subscribe('a', {}, () => {})
  const { ref } = await peer.command()
  peer.send({ type: 'failure', ref, code: 'forbidden', message: 'A connection may have 200 channels.' })
  expect(await errors.next()).toEqual({
    code: 'forbidden',
    message: 'A connection may have 200 channels.',
    channel: 'a',
  })
  vi.advanceTimersByTime(2 * RATE_LIMIT_PAUSE_MS)
  client.subscribe('b', {}, () => {})
  expect(await peer.command()).toMatchObject({ type: 'subscribe', channel: 'b' })
})

/** Resolves when the client has handled everything sent before. */
async function handled(client: Twinwire, peer: Peer): Promise<void> {
  const seen = createQueue<true>()
  const stop = client.on('message', () => seen.push(true))
  peer.send(subscribed('@mira', 'e-1'), { type: 'message', channel: '@mira', time: 0, data: null })
  await seen.next()
  stop()
}

test('what the rate of commands refused is asked for again together, unless it was given up', async () => {
  const gateway = await startGateway()
  const { client, states } = start(gateway.url, { transport: 'websocket' })
  const peer = await gateway.peers.next()
  peer.send(WELCOME)
  await nextState(states, 'open')
  fakeTimers()
  const [, second] = ['a', 'b', 'c'].map(channel => client.subscribe(channel, {}, () => {}))
  for (let each = 0; each < 3; each++) {
    const { ref } = await peer.command()
    peer.send({ type: 'failure', ref, code: 'rate_limited', message: 'slow down' })
  }
  await handled(client, peer)
  second?.unsubscribe()
  vi.advanceTimersByTime(RATE_LIMIT_PAUSE_MS)
  expect([(await peer.command()).channel, (await peer.command()).channel]).toEqual(['a', 'c'])
})

test('a channel that cannot be decided about now is told as an error, asked for again, and ends no loop', async () => {
  const gateway = await startGateway()
  const { client, states } = start(gateway.url, { transport: 'websocket' })
  const peer = await gateway.peers.next()
  peer.send(WELCOME)
  await nextState(states, 'open')
  fakeTimers()
  const errors: unknown[] = []
  client.on('error', ({ code, channel }) => errors.push([code, channel]))
  const loop = client.subscribe('a')[Symbol.asyncIterator]()
  const first = loop.next()
  const { ref } = await peer.command()
  peer.send({ type: 'failure', ref, code: 'unavailable', message: 'The application does not answer.' })
  await handled(client, peer)
  expect(errors).toEqual([['unavailable', 'a']])
  vi.advanceTimersByTime(UNAVAILABLE_PAUSE_MS)
  const again = await peer.command()
  expect(again).toMatchObject({ type: 'subscribe', channel: 'a' })
  peer.send({ ...subscribed('a', 'e-0'), ref: again.ref })
  peer.send(message('a', 1))
  expect((await first).value).toMatchObject({ channel: 'a' })
})

test('no timer outlives close, not even that of a rate limit', async () => {
  const gateway = await startGateway()
  const { client, states } = start(gateway.url, { transport: 'websocket' })
  const peer = await gateway.peers.next()
  peer.send(WELCOME)
  await nextState(states, 'open')
  fakeTimers()
  client.subscribe('a', {}, () => {})
  const { ref } = await peer.command()
  peer.send({ type: 'failure', ref, code: 'rate_limited', message: 'slow down' })
  await handled(client, peer)
  expect(vi.getTimerCount()).toBe(1)
  client.close()
  expect(vi.getTimerCount()).toBe(0)
})

test('[R2] auto: a channel that joined late is given nothing twice when SSE takes over', async () => {
  const asked: unknown[] = []
  const script: Script = {
    refuseWebSocket: false,
    api({ path, query }) {
      asked.push({ path, ...query })
      return { body: { messages: [message('b', 160)], oldest: 'e-130', more: false } }
    },
  }
  const gateway = await startGateway(script)
  const { client, states } = start(gateway.url)
  const given: unknown[] = []
  const seen = createQueue<unknown>()
  client.subscribe('a', {}, () => {})
  const first = await gateway.peers.next()
  first.send(WELCOME, subscribed('a', 'e-100'), { type: 'live', channels: ['a'], cursor: 'e-100' })
  await nextState(states, 'open')
  client.subscribe('b', { since: 'e-130' }, each => {
    given.push(each.data)
    seen.push(each.data)
  })
  const { ref } = await first.command()
  first.send(subscribed('b', 'e-130', { ref, recovered: true }), message('b', 140), message('b', 150))
  expect([await seen.next(), await seen.next()]).toEqual([140, 150])
  script.refuseWebSocket = true
  first.cut()
  const second = await gateway.peers.next()
  expect(second.query.get('since')).toBe('e-100')
  second.send(WELCOME)
  for (const channel of ['a', 'b']) second.send(subscribed(channel, 'e-100', { recovered: true }))
  second.send(message('b', 140), message('b', 150), message('b', 160))
  second.send({ type: 'live', channels: ['a', 'b'], cursor: 'e-160' }, message('b', 170))
  expect([await seen.next(), await seen.next()]).toEqual([160, 170])
  expect(given).toEqual([140, 150, 160, 170])
  expect(asked).toEqual([{ path: 'channels/b/messages', since: 'e-150', limit: '1000' }])
})

test('a token that no WebSocket can carry stops the client with a sentence that does not quote it', async () => {
  const gateway = await startGateway()
  const { client, states } = start(gateway.url, { transport: 'websocket', token: 'abc def' })
  const errors = createQueue<{ code: string; message: string }>()
  client.on('error', error => errors.push(error))
  expect(await nextState(states, 'stopped')).toMatchObject({ loss: { code: 'bad_request' } })
  const { code, message } = await errors.next()
  expect(code).toBe('bad_request')
  expect(message).toMatch(/check that the token is a JWT/)
  expect(message).not.toContain('abc def')
})

test('[S7] SSE: expiring asks for no token, the reconnect does', async () => {
  const gateway = await startGateway()
  let tokens = 0
  const { client } = start(gateway.url, { transport: 'sse', getToken: () => `t${++tokens}` })
  const seen = createQueue<unknown>()
  client.subscribe('a', {}, each => seen.push(each.data))
  const first = await gateway.peers.next()
  first.send(WELCOME, { type: 'expiring', at: 1 }, subscribed('a', 'e-1'), message('a', 2))
  await seen.next()
  expect(tokens).toBe(1)
  first.send({ type: 'goodbye', code: 'unauthorized', reason: 'The token ended.', reconnect: false })
  expect((await gateway.peers.next()).query.get('token')).toBe('t2')
})

test('auto: after an outage that ended on SSE, the next link is a WebSocket again', async () => {
  const script = { refuseWebSocket: false }
  const gateway = await startGateway(script)
  const { client, states } = start(gateway.url)
  client.subscribe('a', {}, () => {})
  const first = await gateway.peers.next()
  first.send(WELCOME)
  expect(await nextState(states, 'open')).toMatchObject({ transport: 'websocket' })
  script.refuseWebSocket = true
  first.cut()
  const second = await gateway.peers.next()
  second.send(WELCOME)
  expect(await nextState(states, 'open')).toMatchObject({ transport: 'sse' })
  script.refuseWebSocket = false
  second.cut()
  const third = await gateway.peers.next()
  third.send(WELCOME)
  expect(await nextState(states, 'open')).toMatchObject({ transport: 'websocket' })
})

test('auto: a token that cannot be had says nothing about the transport', async () => {
  const gateway = await startGateway()
  let asked = 0
  const getToken = () => {
    asked += 1
    return asked <= 2 ? Promise.reject(new Error('no session')) : 't'
  }
  const { client, states } = start(gateway.url, { getToken })
  client.subscribe('a', {}, () => {})
  const peer = await gateway.peers.next()
  peer.send(WELCOME)
  expect(await nextState(states, 'open')).toMatchObject({ transport: 'websocket' })
})

test('[N2] [S1] SSE: what a user is given without asking is heard without a subscription', async () => {
  const gateway = await startGateway()
  const { client, states } = start(gateway.url, { transport: 'sse' })
  const heard = createQueue<unknown>()
  client.on('message', ({ data }) => heard.push(data))
  const peer = await gateway.peers.next()
  expect(peer.query.has('channels')).toBe(false)
  peer.send(WELCOME, subscribed('@ada', 'e-1'), message('@ada', 2))
  await nextState(states, 'open')
  expect(await heard.next()).toBe(2)
})
