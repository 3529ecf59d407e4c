// §6: channels, connections, operator sessions, health and the description of it all. Knows the protocol only.

import { describe, expect, test } from 'vitest'
import { poll } from '../harness/deadline.ts'
import { PASSWORD, startGateway } from '../harness/gateway.ts'
import { freshChannel } from '../harness/names.ts'
import { shared } from '../harness/scope.ts'
import { openSse } from '../harness/sse.ts'
import { transports } from '../harness/transports.ts'
import { openWebSocket } from '../harness/websocket.ts'

const gateway = shared(scope => startGateway(scope))

test('[N3] channels are listed by name, paged, with their figures', async t => {
  const prefix = freshChannel('public:list-')
  const names = ['a', 'b', 'c', 'd'].map(letter => `${prefix}/${letter}`)
  for (const name of names.slice(0, 3)) await gateway().publish(name, 1)
  const socket = await openWebSocket(t, gateway().url, { channels: [names[1]!, names[3]!] })
  await socket.next('live')
  const list = (query: string) =>
    gateway().api('GET', `/api/channels?prefix=${encodeURIComponent(prefix)}${query}`)
  const all = (await list('')).json
  expect(all.channels).toMatchObject([
    { name: names[0], subscribers: 0, messages: 1, last: expect.any(Number) },
    { name: names[1], subscribers: 1, messages: 1 },
    { name: names[2], subscribers: 0, messages: 1 },
    { name: names[3], subscribers: 1, messages: 0 },
  ])
  expect(all.next).toBeUndefined()
  const first = (await list('&limit=3')).json
  expect(first.channels!.map(channel => channel.name)).toEqual(names.slice(0, 3))
  const rest = (await list(`&limit=3&after=${encodeURIComponent(first.next!)}`)).json
  expect(rest.channels!.map(channel => channel.name)).toEqual(names.slice(3))
})

test('[N3] a channel tells the rule it follows', async () => {
  const channel = freshChannel()
  await gateway().publish(channel, 1)
  const answer = await gateway().api('GET', `/api/channels/${encodeURIComponent(channel)}`)
  expect(answer.status).toBe(200)
  expect(answer.text).toContain('"public:*"')
})

describe.each(transports)('connections over $name', ({ name, open }) => {
  const transport = name === 'SSE' ? 'sse' : 'websocket'

  test('[H1] a connection is listed, shown, and disconnected for good', async t => {
    const channel = freshChannel()
    const subscriber = await open(t, gateway().url, { channels: channel })
    const { connection } = await subscriber.next('welcome')
    await subscriber.next('live')
    const { json } = await gateway().api('GET', `/api/connections?channel=${channel}&transport=${transport}`)
    expect(json.connections).toMatchObject([{ id: connection, transport, channels: [channel] }])
    const one = await gateway().api('GET', `/api/connections/${connection}`)
    expect(one.json).toMatchObject({ id: connection })
    expect((await gateway().api('DELETE', `/api/connections/${connection}`)).status).toBe(204)
    expect(await subscriber.next('goodbye')).toMatchObject({ code: 'kicked', reconnect: false })
    const end = await subscriber.ended
    if (name === 'WebSocket') expect(end.closeCode).toBe(4410)
    const gone = async () => {
      const answer = await gateway().api('GET', `/api/connections/${connection}`)
      return answer.status === 404 ? true : null
    }
    await poll(gone, 'the connection to be forgotten')
    expect((await gateway().api('DELETE', `/api/connections/${connection}`)).status).toBe(404)
  })

  test('[H1] all connections of a user are disconnected, and nobody else', async t => {
    const token = gateway().jwt({ sub: `user of ${name}` })
    const mine = [await open(t, gateway().url, { token }), await open(t, gateway().url, { token })]
    const other = await open(t, gateway().url, { token: gateway().jwt({ sub: 'other' }) })
    for (const subscriber of [...mine, other]) await subscriber.next('live')
    const path = `/api/users/${encodeURIComponent(`user of ${name}`)}/connections`
    expect((await gateway().api('DELETE', path)).json).toEqual({ disconnected: 2 })
    for (const subscriber of mine) expect(await subscriber.next('goodbye')).toMatchObject({ code: 'kicked' })
    await gateway().publish('@other', 'still here')
    expect(await other.next('message')).toMatchObject({ data: 'still here' })
  })
})

async function login(password: string) {
  return gateway().api('POST', '/api/session', { body: { user: 'admin', password }, key: null })
}

test('[H1] an operator logs in, writes with the CSRF header only, and logs out', async () => {
  const answer = await login(PASSWORD)
  expect(answer.status).toBe(200)
  expect(answer.json).toMatchObject({ user: 'admin', csrf: expect.any(String) })
  const cookie = answer.headers.get('set-cookie')!
  expect(cookie).toMatch(/HttpOnly/i)
  expect(cookie).toMatch(/SameSite=Strict/i)
  const Cookie = cookie.split(';')[0]!
  const headers = { Cookie, 'X-CSRF-Token': answer.json.csrf! }
  const body = { channel: freshChannel(), data: 1 }
  const as = (method: string, path: string, options: object) =>
    gateway().api(method, path, { key: null, ...options })
  expect((await as('GET', '/api/stats', { headers: { Cookie } })).status).toBe(200)
  expect((await as('GET', '/api/session', { headers: { Cookie } })).json.user).toBe('admin')
  expect((await as('POST', '/api/publish', { headers: { Cookie }, body })).status).toBe(403)
  expect((await as('POST', '/api/publish', { headers, body })).status).toBe(200)
  expect((await as('DELETE', '/api/session', { headers })).status).toBeLessThan(300)
  expect((await as('GET', '/api/session', { headers: { Cookie } })).status).toBe(401)
  expect((await as('GET', '/api/stats', { headers: { Cookie } })).status).toBe(401)
})

test('[N2] an operator, and nobody else, hears `$stats` and `$events`', async t => {
  const answer = await login(PASSWORD)
  const Cookie = answer.headers.get('set-cookie')!.split(';')[0]!
  const channels = ['$stats', '$events']
  for (const transport of transports) {
    const operator = await transport.open(t, gateway().url, { channels, headers: { Cookie } })
    expect((await operator.next('live')).channels).toEqual(channels)
    expect(await operator.next({ channel: '$stats' })).toMatchObject({ channel: '$stats' })
    const newcomer = await openWebSocket(t, gateway().url, { channels: 'public:a' })
    const { connection } = await newcomer.next('welcome')
    const heard = await operator.next(
      frame => frame.channel === '$events' && JSON.stringify(frame.data).includes(connection!),
    )
    expect(heard).not.toHaveProperty('id')
  }
})

test('[H5] guessing passwords is slowed down: 429 with Retry-After', async t => {
  const gateway = await startGateway(t)
  const guess = (password: string) =>
    gateway.api('POST', '/api/session', { key: null, body: { user: 'admin', password } })
  expect((await guess('wrong')).status).toBe(401)
  let answer = await guess('wrong')
  for (let guesses = 0; guesses < 50 && answer.status === 401; guesses++) answer = await guess('wrong')
  expect(answer.status).toBe(429)
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
})

test('[H1] health, readiness and figures', async () => {
  expect((await gateway().api('GET', '/healthz', { key: null })).status).toBe(200)
  expect((await gateway().api('GET', '/readyz', { key: null })).status).toBe(200)
  const stats = await gateway().api('GET', '/api/stats')
  expect(stats.json).toMatchObject({ state: 'ready', connections: { websocket: expect.any(Number) } })
})

test('[H1] the OpenAPI document is 3.1, and every call of the protocol is in it', async () => {
  const answer = await gateway().api('GET', '/api/openapi.json')
  const document = JSON.parse(answer.text) as { openapi: string; paths: Record<string, object>; info: object }
  expect(document.openapi).toMatch(/^3\.1/)
  expect(document.info).toMatchObject({ title: expect.any(String), version: expect.any(String) })
  const calls = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map(method => `${method.toUpperCase()} ${path.replace(/\{[^}]+\}/g, '{}')}`),
  )
  expect(calls).toEqual(
    expect.arrayContaining([
      'POST /api/session',
      'POST /api/publish',
      'GET /api/channels',
      'GET /api/channels/{}',
      'GET /api/channels/{}/messages',
      'DELETE /api/channels/{}/messages',
      'DELETE /api/channels/{}/messages/{}',
      'GET /api/connections',
      'GET /api/connections/{}',
      'DELETE /api/connections/{}',
      'DELETE /api/users/{}/connections',
      'GET /api/stats',
      'GET /api/audit',
      'GET /api/keys',
      'POST /api/keys',
      'DELETE /api/keys/{}',
    ]),
  )
  for (const reference of answer.text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    const parts = reference[1]!.split('/').map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    let place: unknown = document
    for (const part of parts) place = (place as Record<string, unknown>)?.[part]
    expect(place, reference[0]).toBeDefined()
  }
})

test('[S7] a stream opened by a browser page elsewhere may use the API with its token', async t => {
  const headers = { Origin: 'http://localhost:8000' }
  const token = gateway().jwt({ sub: 'ann', subscribe: ['room:*'], publish: ['room:*'] })
  const stream = await openSse(t, gateway().url, { channels: 'room:1', token, headers })
  await stream.next('live')
  const published = await gateway().api('POST', '/api/publish', {
    key: token,
    headers,
    body: { channel: 'room:1', data: 1 },
  })
  expect(published.headers.get('access-control-allow-origin')).toBe('http://localhost:8000')
  expect(await stream.next('message')).toMatchObject({ data: 1, user: 'ann' })
})
