// What a client asks the gateway, by command and by HTTP: the same calls, the same answers. Scripted gateway, real sockets.

import { expect, onTestFinished, test, vi } from 'vitest'
import { PendingCalls } from '../../clients/js/pending-calls.ts'
import type { ApiRequest, Peer } from './client-scripted-gateway.ts'
import { startGateway } from './client-scripted-gateway.ts'
import { nextState, start, WELCOME } from './client-started.ts'

const PAGE = {
  messages: [{ type: 'message', channel: 'a', id: 'e-1', time: 1, data: 'x' }],
  oldest: 'e-1',
  more: false,
}
const PRESENCE = { members: [{ user: 'ada', connections: 1 }], anonymous: 2 }

test('[W3] WebSocket: calls are commands, made before the connection is open as well, answered by their ref', async () => {
  const gateway = await startGateway()
  const { client } = start(gateway.url, { transport: 'websocket' })
  const answers = Promise.all([
    client.publish('a', { n: 1 }, { event: 'made', key: 'k' }),
    client.history('a', { limit: 1 }),
    client.presence('a'),
  ])
  const peer = await gateway.peers.next()
  peer.send(WELCOME)
  const commands = [await peer.command(), await peer.command(), await peer.command()]
  expect(commands).toMatchObject([
    { type: 'publish', channel: 'a', data: { n: 1 }, event: 'made', key: 'k' },
    { type: 'history', channel: 'a', limit: 1 },
    { type: 'presence', channel: 'a' },
  ])
  const [published, history, presence] = commands.map(({ ref }) => ref)
  // In any order: the ref tells.
  peer.send({ type: 'presence', ref: presence, channel: 'a', ...PRESENCE })
  peer.send({ type: 'history', ref: history, channel: 'a', ...PAGE })
  peer.send({ type: 'published', ref: published, id: 'e-9', duplicate: true })
  expect(await answers).toMatchObject([{ id: 'e-9', duplicate: true }, PAGE, PRESENCE])
})

test('[S7] SSE: the same calls go by HTTP, with the token', async () => {
  const asked: ApiRequest[] = []
  const gateway = await startGateway({
    api(request) {
      asked.push(request)
      if (request.path === 'publish') return { body: { id: 'e-9', channel: 'a b', subscribers: 1 } }
      return { body: request.path.endsWith('presence') ? PRESENCE : PAGE }
    },
  })
  const { client } = start(gateway.url, { transport: 'sse', token: 't', sender: 'me' })
  expect(await client.publish('a', 1)).toMatchObject({ id: 'e-9' })
  expect(await client.history('a/b', { since: 'e-1', limit: 2 })).toEqual(PAGE)
  expect(await client.presence('a')).toEqual(PRESENCE)
  expect(asked).toMatchObject([
    { method: 'POST', path: 'publish', body: { channel: 'a', data: 1, sender: 'me' } },
    { method: 'GET', path: 'channels/a/b/messages', query: { since: 'e-1', limit: '2' } },
    { method: 'GET', path: 'channels/a/presence', query: {} },
  ])
  expect(asked.map(each => each.authorization)).toEqual(['Bearer t', 'Bearer t', 'Bearer t'])
})

test('SSE: a token that ended meanwhile is renewed once for a call; a refusal has its code and its sentence', async () => {
  let tokens = 0
  const gateway = await startGateway({
    api: ({ authorization }) =>
      authorization === 'Bearer t1'
        ? { status: 401, body: { detail: 'The token ended.' } }
        : { status: 403, body: { detail: 'The rule "x" refuses.' } },
  })
  const { client } = start(gateway.url, { transport: 'sse', getToken: () => `t${++tokens}` })
  client.subscribe('a')
  const peer = await gateway.peers.next()
  peer.send(WELCOME)
  await expect(client.publish('a', 1)).rejects.toMatchObject({
    name: 'TwinwireError',
    code: 'forbidden',
    message: 'The rule "x" refuses.',
  })
  expect(tokens).toBe(2)
})

test('[W3] a failure rejects the call it belongs to, and is no error event', async () => {
  const gateway = await startGateway()
  const { client } = start(gateway.url, { transport: 'websocket' })
  const errors: unknown[] = []
  client.on('error', error => errors.push(error))
  const answer = client.presence('a')
  const peer = await gateway.peers.next()
  peer.send(WELCOME)
  const { ref } = await peer.command()
  peer.send({ type: 'failure', ref, code: 'not_found', message: 'No presence there.' })
  await expect(answer).rejects.toMatchObject({ code: 'not_found', message: 'No presence there.' })
  expect(errors).toEqual([])
})

async function cutInTheMiddle(welcome: object): Promise<{ outcomes: Promise<unknown>[]; second: Peer }> {
  const gateway = await startGateway()
  const { client, states } = start(gateway.url, { transport: 'websocket' })
  const first = await gateway.peers.next()
  first.send({ ...WELCOME, ...welcome })
  await nextState(states, 'open')
  const calls = [client.publish('a', 1), client.publish('a', 2, { key: 'k' }), client.history('a')]
  const outcomes = calls.map(call => call.catch((error: unknown) => error))
  for (let each = 0; each < 3; each++) await first.command()
  first.cut()
  const second = await gateway.peers.next()
  second.send({ ...WELCOME, ...welcome })
  return { outcomes, second }
}

test('[H2] a call whose connection was lost: questions and publishes with a key are repeated, others are not', async () => {
  const { outcomes, second } = await cutInTheMiddle({ user: 'ada' })
  expect(await outcomes[0]).toMatchObject({ code: 'connection_lost' })
  const again = await second.command()
  expect(again).toMatchObject({ type: 'publish', data: 2, key: 'k' })
  expect(await second.command()).toMatchObject({ type: 'history' })
  second.send({ type: 'published', ref: again.ref, id: 'e-2', duplicate: true })
  expect(await outcomes[1]).toEqual({ id: 'e-2', duplicate: true })
})

test('[H2] without a user a key ends with its connection: then nothing that publishes is repeated', async () => {
  const { outcomes, second } = await cutInTheMiddle({})
  expect(await outcomes[1]).toMatchObject({ code: 'connection_lost' })
  expect(await second.command()).toMatchObject({ type: 'history' })
})

test('calls end with the client, and with a refusal for good', async () => {
  const gateway = await startGateway()
  const { client } = start(gateway.url, { transport: 'websocket' })
  const waiting = client.history('a').catch((error: unknown) => error)
  const peer = await gateway.peers.next()
  peer.send({ type: 'goodbye', code: 'forbidden', reason: 'Not you.', reconnect: false })
  expect(await waiting).toMatchObject({ code: 'forbidden', message: 'Not you.' })
  await expect(client.history('a')).rejects.toMatchObject({ code: 'forbidden' })
  client.close()
  await expect(client.history('a')).rejects.toMatchObject({ code: 'connection_lost' })
})

test('a call that nobody answers is over after its time, and leaves no timer', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const calls = new PendingCalls()
  const answer = calls.add({ type: 'presence', channel: 'a' }).catch((error: unknown) => error)
  vi.advanceTimersByTime(15_000)
  expect(await answer).toMatchObject({ code: 'timeout' })
  expect(vi.getTimerCount()).toBe(0)
})
