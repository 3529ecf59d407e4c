// What every answer has and has not: no guessing of types, no names of programs, no insides; pages that only pretend.

import { expect, test } from 'vitest'
import { type CallOptions, call } from '../harness/call.ts'
import { poll } from '../harness/deadline.ts'
import { API_KEY, startGateway } from '../harness/gateway.ts'
import { openRaw } from '../harness/raw-connection.ts'
import { shared } from '../harness/scope.ts'
import { openSse } from '../harness/sse.ts'

const gateway = shared(scope => startGateway(scope))

const REQUESTS: [string, string, CallOptions?][] = [
  ['GET', '/'],
  ['GET', '/examples/'],
  ['GET', '/assets/gone.js'],
  ['GET', '/healthz'],
  ['GET', '/metrics'],
  ['GET', '/api/stats'],
  ['GET', '/api/stats', { key: 'wrong' }],
  ['GET', '/api/openapi.json'],
  ['GET', '/api/channels/public:x/messages'],
  ['POST', '/api/publish', { body: { channel: 'public:x', data: 1 }, key: API_KEY }],
  ['GET', '/api/nothing'],
  ['PUT', '/api/publish'],
  ['POST', '/api/publish', { body: '{"channel":' }],
  ['POST', '/api/publish', { body: '{}', headers: { 'content-type': 'nonsense' } }],
  ['POST', '/api/publish', { body: 'x'.repeat(9 * 1024 * 1024) }],
  ['POST', '/healthz', { body: '{', headers: { 'content-type': 'application/json' } }],
  ['POST', '/api/session', { body: 'no' }],
  ['GET', '/api/channels/%ff'],
  ['GET', '/%'],
  ['GET', '/sse'],
  ['GET', '/ws'],
  ['OPTIONS', '/api/publish', { headers: { origin: 'https://evil.example' } }],
]

test.each(REQUESTS)('[H5] %s %s tells nothing of what answers it', async (method, path, options = {}) => {
  const answer = await call(gateway().url + path, method, options)
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  expect([...answer.headers.keys()].filter(name => /^(server|x-powered-by)$/.test(name))).toEqual([])
  if (path.startsWith('/api/')) expect(answer.headers.get('cache-control')).toBe('no-store')
  if (answer.status < 400) return
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
  expect(answer.text).not.toMatch(/fastify|FST_|node_modules|\.ts\b|\bat .*:\d+:\d+/i)
})

test('[S2] streams and preflights have the same headers', async t => {
  const stream = await openSse(t, gateway().url, { channels: 'public:x' })
  expect(stream.headers['x-content-type-options']).toBe('nosniff')
  expect(stream.headers['x-powered-by']).toBeUndefined()
})

test('[W6] a page of a rebound host name is no page of the gateway; programs may use any name', async t => {
  const ask = async (head: string) => {
    const raw = await openRaw(t, gateway().port)
    raw.send(`${head}\r\nConnection: close\r\n\r\n`)
    return raw.receives(/\r\n\r\n/)
  }
  const evil = 'Host: evil.example:8080\r\nOrigin: http://evil.example:8080'
  expect(await ask(`GET /sse?channels=public:x HTTP/1.1\r\n${evil}`)).toMatch(/^HTTP\/1.1 403/)
  expect(await ask(`GET /api/openapi.json HTTP/1.1\r\n${evil}`)).toMatch(/^HTTP\/1.1 403/)
  const upgrade =
    'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='
  expect(await ask(`GET /ws HTTP/1.1\r\n${evil}\r\n${upgrade}`)).toMatch(/^HTTP\/1.1 403/)
  expect(await ask('GET /api/openapi.json HTTP/1.1\r\nHost: gateway:8080')).toMatch(/^HTTP\/1.1 200/)
  await poll(async () => gateway().stderr.match('set publicUrl'), 'the hint')
})
