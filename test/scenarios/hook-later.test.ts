// The authorization hook and what comes up after the connect: channels asked for later, publishes, the HTTP API.

import { expect, test } from 'vitest'
import { call } from '../harness/call.ts'
import { dataOf, range } from '../harness/frame.ts'
import { shared } from '../harness/scope.ts'
import { openSse } from '../harness/sse.ts'
import { openWebSocket } from '../harness/websocket.ts'
import { startApplication } from './hook-application.ts'

const application = shared(scope => startApplication(scope))

/** An application that grants exactly the channels it is asked about, of those that begin with `orders:`. */
const ownOrders = ({ channels }: { channels: string[] }) => {
  const granted = channels.filter(channel => channel.startsWith('orders:'))
  return { body: { user: 'ann', subscribe: granted, publish: granted } }
}

test('[W3] a channel that comes up later is asked about then, and the grants add up', async t => {
  const { gateway, visitor } = application()
  const ann = visitor(ownOrders)
  const socket = await openWebSocket(t, gateway.url, { channels: 'orders:1', headers: ann.headers })
  const { connection } = await socket.next('welcome')
  expect(await socket.ask({ type: 'subscribe', channel: 'orders:2' })).toMatchObject({ type: 'subscribed' })
  expect(await socket.ask({ type: 'publish', channel: 'orders:3', data: 1 })).toMatchObject({
    type: 'published',
  })
  expect(await socket.ask({ type: 'history', channel: 'orders:4' })).toMatchObject({ type: 'history' })
  for (const channel of ['orders:1', 'orders:2', 'orders:3']) {
    expect(await socket.ask({ type: 'publish', channel, data: 2 })).toMatchObject({ type: 'published' })
  }
  expect(ann.questions().map(({ channels }) => channels)).toEqual([
    ['orders:1'],
    ['orders:2'],
    ['orders:3'],
    ['orders:4'],
  ])
  expect(new Set(ann.questions().map(question => question.connection))).toEqual(new Set([connection]))
})

test('[W3] a "no" is a `forbidden` that says what would allow it, and is not asked again at once', async t => {
  const { gateway, visitor } = application()
  const ann = visitor(ownOrders)
  const socket = await openWebSocket(t, gateway.url, { headers: ann.headers })
  await socket.next('welcome')
  for (const type of ['subscribe', 'history', 'subscribe']) {
    const failure = await socket.ask({ type, channel: 'secret:1' })
    expect(failure).toMatchObject({ type: 'failure', code: 'forbidden' })
    expect(failure.message).toContain('has to name it under subscribe')
  }
  expect(ann.requests()).toHaveLength(2)
  // The explainer does not ask the application, and yet says what a visitor is told.
  const explain = async (who: object) => {
    const body = { action: 'subscribe', channel: 'secret:1', ...who }
    return (await gateway.api('POST', '/api/explain', { body })).json
  }
  const told = (await socket.ask({ type: 'subscribe', channel: 'secret:1' })).message
  expect(await explain({ user: 'ann' })).toMatchObject({ code: 'forbidden', reason: told })
  const stranger = await openWebSocket(t, gateway.url, { channels: 'secret:1' })
  const { code, message } = await stranger.next('failure')
  expect(await explain({})).toMatchObject({ code, reason: message })
  // Nobody can grant these: nobody is asked.
  for (const channel of ['@bob', '$stats']) {
    expect(await socket.ask({ type: 'subscribe', channel })).toMatchObject({ code: 'forbidden' })
  }
  expect(ann.requests()).toHaveLength(2)
})

test('[W3] publishes keep their order while one of them is asked about', async t => {
  const { gateway, visitor } = application()
  const held = Promise.withResolvers<void>()
  const ann = visitor(async question => {
    if (question.channels.includes('orders:slow')) await held.promise
    return ownOrders(question)
  })
  const socket = await openWebSocket(t, gateway.url, { channels: 'orders:order', headers: ann.headers })
  await socket.next('live')
  const backend = { Authorization: `Bearer ${gateway.apiKey}` }
  const all = await openWebSocket(t, gateway.url, {
    channels: ['orders:order', 'orders:slow'],
    headers: backend,
  })
  await all.next('live')
  const publish = (channel: string, data: number) =>
    socket.send(JSON.stringify({ type: 'publish', ref: data, channel, data }))
  publish('orders:order', 1)
  publish('orders:slow', 2)
  for (const data of range(3, 6)) publish('orders:order', data)
  await expect.poll(() => ann.requests().length).toBe(2)
  held.resolve()
  await socket.next({ ref: 6 })
  const answers = socket.frames.filter(frame => frame.type === 'published').map(frame => frame.ref)
  expect(answers).toEqual(range(1, 6))
  await all.next({ data: 6 })
  expect(dataOf(all.frames)).toEqual(range(1, 6))
})

test('[W3] no answer fails the command alone; somebody else by now does not inherit', async t => {
  const { gateway, visitor } = application()
  let status = 200
  let user = 'ann'
  const ann = visitor(({ channels }) => ({ status, body: { user, subscribe: channels } }))
  const socket = await openWebSocket(t, gateway.url, { channels: 'orders:1', headers: ann.headers })
  await socket.next('live')
  status = 500
  const unavailable = await socket.ask({ type: 'subscribe', channel: 'orders:2' })
  expect(unavailable).toMatchObject({ type: 'failure', code: 'unavailable', channel: 'orders:2' })
  status = 200
  expect(await socket.ask({ type: 'subscribe', channel: 'orders:2' })).toMatchObject({ type: 'subscribed' })
  user = 'bob'
  const changed = await socket.ask({ type: 'subscribe', channel: 'orders:3' })
  expect(changed).toMatchObject({ type: 'failure', code: 'unauthorized' })
  expect(await socket.ask({ type: 'ping' })).toMatchObject({ type: 'pong' })
})

test('[S7] a stream’s client publishes and reads over HTTP with its session', async t => {
  const { gateway, visitor } = application()
  const ann = visitor(ownOrders)
  const headers = { ...ann.headers, Origin: 'http://127.0.0.1:8000' }
  const stream = await openSse(t, gateway.url, { channels: 'orders:http', headers })
  await stream.next('live')
  const publish = (body: object, more: object = {}) =>
    call(`${gateway.url}/api/publish`, 'POST', { body, headers: { ...headers, ...more } })
  expect((await publish({ channel: 'orders:http', data: 1 })).status).toBe(200)
  expect(await stream.next('message')).toMatchObject({ data: 1, user: 'ann' })
  const refused = await publish({ channel: 'secret:1', data: 1 })
  expect(refused).toMatchObject({ status: 403, json: { code: 'forbidden' } })
  const several = await publish({ channels: ['orders:a', 'secret:a', 'orders:b'], data: 1 })
  expect(several.json.results!.map(result => result.error?.code ?? 'ok')).toEqual(['ok', 'forbidden', 'ok'])
  const history = await call(`${gateway.url}/api/channels/orders%3Ahttp/messages`, 'GET', { headers })
  expect(history.json.messages).toMatchObject([{ data: 1 }])
  // The cookie goes along from any page: a foreign one must not publish with it.
  const foreign = await publish({ channel: 'orders:http', data: 2 }, { Origin: 'https://evil.example' })
  expect(foreign.status).toBe(403)
  expect(ann.questions().filter(({ transport }) => transport === 'http')).not.toEqual([])
})

test('[S7] over HTTP no answer of the application is 503 with the time to wait', async () => {
  const { gateway, visitor } = application()
  const { headers } = visitor(() => ({ status: 502 }))
  const answer = await call(`${gateway.url}/api/publish`, 'POST', {
    body: { channel: 'orders:1', data: 1 },
    headers,
  })
  expect(answer).toMatchObject({ status: 503, json: { code: 'unavailable' } })
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  // Whoever shows a key does not need the application.
  expect(await gateway.publish('orders:1', 1)).toMatch(/-/)
})

test('[W5] who sends more than is read while its grant is found out is not taken for dead', async t => {
  const { gateway, visitor } = await startApplication(t, {}, { heartbeat: '1s' })
  const held = Promise.withResolvers<void>()
  const ann = visitor(async question => {
    if (question.channels.includes('orders:slow')) await held.promise
    return ownOrders(question)
  })
  const socket = await openWebSocket(t, gateway.url, { channels: 'orders:1', headers: ann.headers })
  await socket.next('live')
  const publish = JSON.stringify({ type: 'publish', channel: 'orders:slow', data: 'x'.repeat(1000) })
  for (const _ of range(1, 3000)) socket.send(publish)
  // On these beats nothing is heard of it: its pongs stand behind what is not read.
  let beats = 0
  socket.socket.on('ping', () => {
    beats += 1
    if (beats === 4) held.resolve()
  })
  expect(await socket.next('published')).toMatchObject({ type: 'published' })
  expect(await socket.ask({ type: 'ping' })).toMatchObject({ ref: expect.anything() })
})

test('[P4] who is there is asked about like any other channel, on the connection and over HTTP', async t => {
  const channels = [{ match: '*', presence: true }]
  const { gateway, visitor } = await startApplication(t, {}, { channels })
  const ann = visitor(ownOrders)
  const socket = await openWebSocket(t, gateway.url, { headers: ann.headers })
  await socket.next('welcome')
  expect(await socket.ask({ type: 'presence', channel: 'orders:1' })).toMatchObject({ type: 'presence' })
  expect(await socket.ask({ type: 'presence', channel: 'secret:1' })).toMatchObject({ code: 'forbidden' })
  const ask = (channel: string) =>
    call(`${gateway.url}/api/channels/${channel}/presence`, 'GET', { headers: ann.headers })
  expect(await ask('orders:2')).toMatchObject({ status: 200, json: { members: [] } })
  expect(await ask('secret:2')).toMatchObject({ status: 403 })
})

test('who was signed out and disconnected does not come back with a decision from before', async t => {
  const { gateway, visitor } = await startApplication(t, { cache: '10m' })
  let isSignedIn = true
  const granted = { body: { user: 'ann', subscribe: ['orders:*'] } }
  const ann = visitor(() => (isSignedIn ? granted : { status: 401 }))
  const open = () => openWebSocket(t, gateway.url, { channels: 'orders:1', headers: ann.headers })
  const socket = await open()
  await socket.next('live')
  isSignedIn = false
  await (await open()).next('live')
  const { apiKey: key, url } = gateway
  const answer = await call(`${url}/api/users/ann/connections`, 'DELETE', { key })
  expect(answer.json).toEqual({ disconnected: 2 })
  expect(await socket.next('goodbye')).toMatchObject({ code: 'kicked' })
  expect(await (await open()).next('goodbye')).toMatchObject({ code: 'unauthorized' })
})
