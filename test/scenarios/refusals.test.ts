// Rules S1, S5, S8, W4, W6: who is turned away, and how, so that browsers stop or come back as they should.

import { describe, expect, test } from 'vitest'
import { API_KEY, startGateway } from '../harness/gateway.ts'
import { freshChannel } from '../harness/names.ts'
import { shared } from '../harness/scope.ts'
import { openSse } from '../harness/sse.ts'
import { signToken } from '../harness/token.ts'
import { transports } from '../harness/transports.ts'
import { openWebSocket } from '../harness/websocket.ts'

const gateway = shared(scope => startGateway(scope))

describe.each(transports)('refusals over $name', ({ open }) => {
  test('[S8] some channels refused: the others open, each refused one is a `failure`', async t => {
    const [a, b] = [freshChannel(), freshChannel()]
    const token = gateway().jwt({ sub: 'ann', subscribe: ['room:*'] })
    const subscriber = await open(t, gateway().url, { channels: [a, 'secret:1', b, 'secret:2'], token })
    const live = await subscriber.next('live')
    expect(live.channels).toEqual(expect.arrayContaining([a, b]))
    const failures = subscriber.frames.filter(frame => frame.type === 'failure')
    expect(failures.map(frame => [frame.channel, frame.code])).toEqual([
      ['secret:1', 'forbidden'],
      ['secret:2', 'forbidden'],
    ])
    expect(failures[0]!.message).toContain('*')
    await gateway().publish('secret:1', 'hidden')
    await gateway().publish(b, 'seen')
    expect(await subscriber.next('message')).toMatchObject({ channel: b })
  })
})

test('[S8] all channels refused on SSE: 401 without a token, 403 with one', async t => {
  const anonymous = await openSse(t, gateway().url, { channels: ['secret:1', 'secret:2'] })
  expect(anonymous.status).toBe(401)
  expect(JSON.parse((await anonymous.ended).body!)).toMatchObject({ status: 401, code: 'unauthorized' })
  const token = gateway().jwt({ subscribe: ['room:*'] })
  const client = await openSse(t, gateway().url, { channels: 'secret:1', token })
  expect(client.status).toBe(403)
  expect(client.headers['content-type']).toContain('application/problem+json')
})

test('[S8] all channels refused on WebSocket: a `failure` for each', async t => {
  const token = gateway().jwt({ subscribe: ['room:*'] })
  const socket = await openWebSocket(t, gateway().url, { channels: ['secret:1', 'secret:2'], token })
  expect(await socket.next('failure')).toMatchObject({ channel: 'secret:1', code: 'forbidden' })
  expect(await socket.next('failure')).toMatchObject({ channel: 'secret:2', code: 'forbidden' })
  expect(await socket.ask({ type: 'ping' })).toMatchObject({ type: 'pong' })
})

test('[S1] SSE without channels: 400 for strangers, the personal channel for a user', async t => {
  const stranger = await openSse(t, gateway().url)
  expect(stranger.status).toBe(400)
  const user = await openSse(t, gateway().url, { token: gateway().jwt({ sub: 'ann' }) })
  expect((await user.next('live')).channels).toEqual(['@ann'])
})

const badQueries: [string, string][] = [
  ['an impossible name', 'channels=a%20b'],
  ['a name too long', `channels=${'a'.repeat(201)}`],
  ['a wildcard', 'channels=public:*'],
  ['a history that is no number', 'channels=public:a&history=ten'],
  ['a negative history', 'channels=public:a&history=-1'],
]

test.for(badQueries)('[S5] SSE with %s: 400 in problem+json', async ([, query], t) => {
  const stream = await openSse(t, gateway().url, { query })
  expect(stream.status).toBe(400)
  expect(stream.headers['content-type']).toContain('application/problem+json')
  const problem = JSON.parse((await stream.ended).body!)
  expect(problem).toMatchObject({ status: 400, code: 'bad_request', detail: expect.any(String) })
})

/** Tokens that are present but bad: none of them may become anonymous. */
const badTokens: [string, () => string][] = [
  ['expired', () => gateway().jwt({ sub: 'ann', exp: 1000 })],
  ['signed by another', () => signToken('another-secret-another-secret-another', { sub: 'ann' })],
  ['without an end', () => gateway().jwt({ sub: 'ann', exp: null })],
  ['not a token', () => 'rubbish'],
  ['unsigned', () => unsigned()],
  ['not valid yet', () => gateway().jwt({ sub: 'ann', nbf: Math.floor(Date.now() / 1000) + 600 })],
  ['with a broken claim', () => gateway().jwt({ sub: 'ann', subscribe: 'room:*' as never })],
]

function unsigned(): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'none' })}.${part({ sub: 'ann', exp: 9_999_999_999 })}.`
}

describe.for(badTokens)('a token %s', ([, make]) => {
  test('[S5] SSE: 401', async t => {
    const stream = await openSse(t, gateway().url, { channels: 'public:a', token: make() })
    expect(stream.status).toBe(401)
  })

  test('[W4] WebSocket: the upgrade completes, then goodbye and 4401', async t => {
    const socket = await openWebSocket(t, gateway().url, { channels: 'public:a', token: make() })
    expect(await socket.next('goodbye')).toMatchObject({ code: 'unauthorized', reconnect: false })
    expect(await socket.ended).toEqual({ closeCode: 4401 })
    expect(socket.frames.map(frame => frame.type)).toEqual(['goodbye'])
  })

  test('[H1] HTTP: 401 with a problem that does not repeat the token', async () => {
    const token = make()
    const answer = await gateway().api('POST', '/api/publish', {
      key: token,
      body: { channel: 'room:1', data: 1 },
    })
    expect(answer.status).toBe(401)
    expect(answer.text).not.toContain(token)
  })
})

test('[W4] the token is found in every place a client can put it', async t => {
  const token = gateway().jwt({ sub: 'ann' })
  const ways = [
    { headers: { Authorization: `Bearer ${token}` } },
    { protocols: ['twinwire.v1', `twinwire.token.${token}`] },
    { headers: { Cookie: `other=1; twinwire_token=${token}` } },
    { token },
  ]
  for (const way of ways) {
    const socket = await openWebSocket(t, gateway().url, way)
    expect(await socket.next('welcome')).toMatchObject({ user: 'ann' })
    if ('protocols' in way) expect(socket.socket.protocol).toBe('twinwire.v1')
  }
  const header = gateway().jwt({ sub: 'header' })
  const both = await openWebSocket(t, gateway().url, {
    headers: { Authorization: `Bearer ${header}` },
    token,
  })
  expect(await both.next('welcome')).toMatchObject({ user: 'header' })
})

test('[W4] an API key in the header makes a connection a backend', async t => {
  const headers = { Authorization: `Bearer ${API_KEY}` }
  const socket = await openWebSocket(t, gateway().url, { headers, channels: 'secret:1' })
  await socket.next('live')
  const answer = await socket.ask({ type: 'publish', channel: 'secret:1', data: 1 })
  expect(answer).toMatchObject({ type: 'published' })
  const own = await socket.ask({ type: 'subscribe', channel: '$stats' })
  expect(own).toMatchObject({ type: 'failure', code: 'forbidden' })
})

test('[W6] a foreign Origin is refused before the upgrade; loopback origins pass in development', async t => {
  const foreign = await openWebSocket(t, gateway().url, { headers: { Origin: 'https://evil.example' } })
  expect(await foreign.ended).toMatchObject({ status: 403 })
  for (const origin of [gateway().url, 'http://localhost:8000', 'http://127.0.0.1:5173']) {
    const socket = await openWebSocket(t, gateway().url, { headers: { Origin: origin } })
    await socket.next('welcome')
  }
})

test('[W6] with origins configured only they and the own one pass, on WebSocket and SSE', async t => {
  const gateway = await startGateway(t, { config: { origins: ['https://app.example'] } })
  const status = async (origin: string) => {
    const socket = await openWebSocket(t, gateway.url, { headers: { Origin: origin } })
    await Promise.race([socket.next('welcome').catch(() => null), socket.ended])
    return socket.frames.length > 0 ? 101 : (await socket.ended).status
  }
  expect(await status('https://app.example')).toBe(101)
  expect(await status(gateway.url)).toBe(101)
  expect(await status('http://localhost:8000')).toBe(403)
  expect(await status('https://app.example.evil.example')).toBe(403)
  expect(await status('null')).toBe(403)
  const stream = await openSse(t, gateway.url, {
    channels: 'public:a',
    headers: { Origin: 'https://app.example' },
  })
  expect(stream.headers['access-control-allow-origin']).toBe('https://app.example')
  expect(stream.headers['access-control-allow-credentials']).toBe('true')
})
