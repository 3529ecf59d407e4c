// Rules H1, H3, N1, §6: what the HTTP API refuses, as problem+json that names what was wrong.

import { expect, test } from 'vitest'
import { startGateway } from '../harness/gateway.ts'
import { freshChannel } from '../harness/names.ts'
import { shared } from '../harness/scope.ts'

const KEYS = {
  scoped: 'scoped-key-of-the-black-box-suite-01234567',
  reader: 'reader-key-of-the-black-box-suite-01234567',
  full: 'test-key-of-the-black-box-suite-0123456789',
}

const gateway = shared(scope =>
  startGateway(scope, {
    config: {
      apiKeys: [
        { name: 'scoped', key: KEYS.scoped, publish: ['orders:*'], read: false, admin: false },
        { name: 'reader', key: KEYS.reader, publish: [], read: true, admin: false },
        { name: 'full', key: KEYS.full, publish: ['*'], read: true, admin: true },
      ],
    },
  }),
)

const bodies: [string, string, string][] = [
  ['no JSON', '{"channel":', 'JSON'],
  ['an empty body', '', ''],
  ['a text', '"hello"', ''],
  ['null', 'null', ''],
  ['no channel', '{"data":1}', 'channel'],
  ['no data', '{"channel":"public:a"}', 'data'],
  ['two targets', '{"channel":"public:a","user":"ann","data":1}', 'user'],
  ['an unknown member', '{"channel":"public:a","data":1,"dta":2}', 'dta'],
  ['a duplicate member', '{"channel":"public:a","data":1,"data":2}', 'data'],
  ['a duplicate member in escapes', '{"channel":"public:a","data":1,"d\\u0061ta":2}', 'data'],
  ['a channel that is no text', '{"channel":5,"data":1}', 'channel'],
  ['a channel with a space', '{"channel":"a b","data":1}', 'channel'],
  ['an empty channel', '{"channel":"","data":1}', 'channel'],
  ['a channel with a comma', '{"channel":"a,b","data":1}', 'channel'],
  ['a channel with a star', '{"channel":"a*","data":1}', 'channel'],
  ['a channel outside ASCII', '{"channel":"é","data":1}', 'channel'],
  ['channels that are no list', '{"channels":"public:a","data":1}', 'channels'],
  ['no channels in the list', '{"channels":[],"data":1}', 'channels'],
  ['a ttl of zero', '{"channel":"public:a","data":1,"ttl":0}', 'ttl'],
  ['a negative ttl', '{"channel":"public:a","data":1,"ttl":-5}', 'ttl'],
  ['a ttl that is a text', '{"channel":"public:a","data":1,"ttl":"5"}', 'ttl'],
  ['a key that is a number', '{"channel":"public:a","data":1,"key":5}', 'key'],
  ['an event that is a number', '{"channel":"public:a","data":1,"event":5}', 'event'],
  ['a __proto__ member', '{"channel":"public:a","data":1,"__proto__":{"admin":true}}', '__proto__'],
  ['deep nesting left open', `{"channel":"public:a","data":${'['.repeat(200_000)}`, ''],
]

test.each(bodies)('[H3] publish with %s: 400 that names it', async (_, body, named) => {
  const answer = await gateway().api('POST', '/api/publish', { body, key: KEYS.full })
  expect(answer.status).toBe(400)
  expect(answer.headers.get('content-type')).toContain('application/problem+json')
  expect(answer.json).toMatchObject({
    type: expect.any(String),
    title: expect.any(String),
    status: 400,
    code: 'bad_request',
    detail: expect.any(String),
  })
  expect(answer.json.detail).toContain(named)
  expect(answer.json.detail!.length).toBeLessThan(500)
})

test('[N1] every allowed character makes a name, up to 200 of them', async () => {
  const printable = Array.from({ length: 0x7e - 0x21 + 1 }, (_, index) => String.fromCharCode(0x21 + index))
  const allowed = printable.filter(character => !'"\\,*<>`{}|^'.includes(character))
  const channel = `public:${allowed.join('')}`
  const answer = await gateway().api('POST', '/api/publish', { key: KEYS.full, body: { channel, data: 1 } })
  expect(answer.json).toMatchObject({ channel })
  const path = `/api/channels/${encodeURIComponent(channel)}/messages`
  const history = await gateway().api('GET', path, { key: KEYS.full })
  expect(history.json.messages).toHaveLength(1)
  for (const [length, status] of [
    [200, 200],
    [201, 400],
  ] as const) {
    const body = { channel: 'p'.repeat(length), data: 1 }
    expect((await gateway().api('POST', '/api/publish', { key: KEYS.full, body })).status).toBe(status)
  }
  for (const character of '"\\,*<>`{}|^ \u007fé\n') {
    const body = { channel: `public:${character}`, data: 1 }
    const refused = await gateway().api('POST', '/api/publish', { key: KEYS.full, body })
    expect(refused.status, JSON.stringify(character)).toBe(400)
  }
})

test('[H1] without a key 401, outside the scope of a key 403', async () => {
  const to = (channel: string, key: string | null) =>
    gateway().api('POST', '/api/publish', { body: { channel, data: 1 }, key })
  expect((await to('orders:1', null)).status).toBe(401)
  expect((await to('orders:1', 'wrong-key')).status).toBe(401)
  expect((await to('orders:1', KEYS.scoped)).status).toBe(200)
  const outside = await to('public:1', KEYS.scoped)
  expect(outside.status).toBe(403)
  expect(outside.json).toMatchObject({ code: 'forbidden' })
  expect((await to('orders:1', KEYS.reader)).status).toBe(403)
})

test('[H1] in an array, an item outside the scope fails alone', async () => {
  const body = [
    { channel: 'orders:1', data: 1 },
    { channel: 'public:1', data: 1 },
  ]
  const answer = await gateway().api('POST', '/api/publish', { body, key: KEYS.scoped })
  expect(answer.json.results!.map(result => result.error?.code)).toEqual([undefined, 'forbidden'])
})

const guarded: [string, string][] = [
  ['GET', '/api/channels'],
  ['GET', '/api/channels/orders%3A1'],
  ['GET', '/api/channels/orders%3A1/messages'],
  ['DELETE', '/api/channels/orders%3A1/messages'],
  ['GET', '/api/connections'],
  ['GET', '/api/connections/none'],
  ['DELETE', '/api/connections/none'],
  ['DELETE', '/api/users/ann/connections'],
  ['GET', '/api/stats'],
]

test.each(guarded)(
  '[H1] %s %s: 401 to strangers, 403 to a key that may only publish',
  async (method, path) => {
    expect((await gateway().api(method, path, { key: null })).status).toBe(401)
    expect((await gateway().api(method, path, { key: KEYS.scoped })).status).toBe(403)
  },
)

test('[H1] a key that may read may not administer', async () => {
  const messages = '/api/channels/orders%3A1/messages'
  expect((await gateway().api('GET', messages, { key: KEYS.reader })).status).toBe(200)
  expect((await gateway().api('DELETE', messages, { key: KEYS.reader })).status).toBe(403)
  expect((await gateway().api('GET', '/api/connections', { key: KEYS.reader })).status).toBe(403)
})

test('[S7] a client reads and publishes over HTTP with its own token, within its grants', async () => {
  const key = gateway().jwt({ sub: 'ann', subscribe: ['room:*'], publish: ['room:*'] })
  const channel = freshChannel('room:')
  const published = await gateway().api('POST', '/api/publish', { key, body: { channel, data: 1 } })
  expect(published.status).toBe(200)
  const path = `/api/channels/${encodeURIComponent(channel)}/messages`
  const history = await gateway().api('GET', path, { key })
  expect(history.json.messages).toMatchObject([{ user: 'ann', data: 1 }])
  const other = await gateway().api('GET', '/api/channels/secret/messages', { key })
  expect(other.status).toBe(403)
  expect((await gateway().api('DELETE', path, { key })).status).toBe(403)
  const elsewhere = await gateway().api('POST', '/api/publish', { key, body: { channel: 'secret', data: 1 } })
  expect(elsewhere.status).toBe(403)
})

/** What a browser asks before it lets a page of another origin call. */
const preflightOf = (path: string, origin: string, method: string, headers: string) =>
  fetch(gateway().url + path, {
    method: 'OPTIONS',
    headers: {
      Origin: origin,
      'Access-Control-Request-Method': method,
      'Access-Control-Request-Headers': headers,
    },
  })

test('[S2] [W4] a page that reads a stream by fetch, its token in a header, may ask for it', async () => {
  const preflight = (origin: string) =>
    preflightOf('/sse', origin, 'GET', 'authorization, cache-control, last-event-id')
  const allowed = await preflight('http://localhost:8000')
  expect(allowed.status).toBe(204)
  expect(allowed.headers.get('access-control-allow-origin')).toBe('http://localhost:8000')
  for (const name of ['authorization', 'cache-control', 'last-event-id'])
    expect(allowed.headers.get('access-control-allow-headers')?.toLowerCase()).toContain(name)
  expect((await preflight('https://evil.example')).status).toBe(403)
})

test.for([
  ['POST', '/sse', 'GET, OPTIONS'],
  ['HEAD', '/sse', 'GET, OPTIONS'],
  ['DELETE', '/ws', 'GET'],
  ['POST', '/healthz', 'GET, HEAD'],
  ['PUT', '/metrics', 'GET, HEAD'],
  ['GET', '/api/publish', 'POST'],
] as const)('[R6] %s %s: 405, and what is allowed', async ([method, path, allow]) => {
  const answer = await fetch(gateway().url + path, { method })
  expect(answer.status).toBe(405)
  expect(answer.headers.get('allow')).toBe(allow)
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
})

test('[H3] CORS preflight is answered for allowed origins and no others', async () => {
  const preflight = (origin: string) =>
    preflightOf('/api/publish', origin, 'POST', 'authorization, content-type, idempotency-key')
  const allowed = await preflight('http://localhost:8000')
  expect(allowed.status).toBeLessThan(300)
  expect(allowed.headers.get('access-control-allow-origin')).toBe('http://localhost:8000')
  expect(allowed.headers.get('access-control-allow-headers')?.toLowerCase()).toContain('idempotency-key')
  expect(allowed.headers.get('vary')?.toLowerCase()).toContain('origin')
  const refused = await preflight('https://evil.example')
  expect(refused.headers.get('access-control-allow-origin')).toBeNull()
})

test('[R6] unknown paths are problems in the API, and no stack is ever shown', async () => {
  const unknown = await gateway().api('GET', '/api/nowhere', { key: KEYS.full })
  expect(unknown.status).toBe(404)
  expect(unknown.json).toMatchObject({ status: 404, code: 'not_found' })
  const method = await gateway().api('PUT', '/api/publish', { key: KEYS.full, body: {} })
  expect([404, 405]).toContain(method.status)
  const encoding = await gateway().api('GET', '/api/channels/%E0%A4%A/messages', { key: KEYS.full })
  expect(encoding.status).toBe(400)
  for (const answer of [unknown, method, encoding]) expect(answer.text).not.toMatch(/\bat .*\.[jt]s:\d+/)
})

test('[H5] a client that publishes over HTTP has a rate: 429, and when to come back; a backend has none', async t => {
  const limited = await startGateway(t, { config: { limits: { commandsPerSecond: 5 } } })
  const publish = (key: string) =>
    limited.api('POST', '/api/publish', { key, body: { channel: 'room:rate', data: 1 } })
  // All at once: the bucket refills by the clock, and a slow machine would give it time to, one after the other.
  const publishMany = (key: string) => Promise.all(Array.from({ length: 60 }, () => publish(key)))
  const answers = await publishMany(limited.jwt({ sub: 'ann', publish: ['room:*'] }))
  const refused = answers.filter(answer => answer.status === 429)
  expect(new Set(answers.map(answer => answer.status))).toEqual(new Set([200, 429]))
  expect(answers.length - refused.length).toBeGreaterThanOrEqual(10)
  for (const answer of refused) {
    expect(answer.json.code).toBe('rate_limited')
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
  }
  expect((await publish(limited.jwt({ sub: 'bob', publish: ['room:*'] }))).status).toBe(200)
  expect(new Set((await publishMany(limited.apiKey)).map(answer => answer.status))).toEqual(new Set([200]))
})

test('[H1] what needs a credential says which kind', async () => {
  const answer = await gateway().api('GET', '/api/stats', { key: null })
  expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
})
