// Proves which requests the short door for publishes takes, and that what it takes fails as gently as any other.

import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { ApiKeys } from '../../gateway/access/api-keys.ts'
import { ShownKeys } from '../../gateway/access/shown-keys.ts'
import { RequestsUnderWay } from '../../gateway/api/pipelining.ts'
import type { PublishCall } from '../../gateway/api/publish-call.ts'
import { type PublishDoorDeps, takePublishes } from '../../gateway/api/publish-door.ts'
import { createCounters } from '../../gateway/core/counters.ts'
import { within } from '../harness/deadline.ts'
import { openRaw } from '../harness/raw-connection.ts'
import { openTestRecords } from './records-folder.ts'

const KEY = 'key-of-the-door'
const LIMIT = 100
const MAKER = { actor: { kind: 'console', name: 'me' } as const, identity: null }

function makeKeys() {
  return new ApiKeys({
    configured: [{ name: 'door', key: KEY, publish: ['*'], read: true, admin: false }],
    store: openTestRecords().keys,
    clock: Date.now,
    onRevoked: () => {},
    onFault: () => {},
  })
}

/** A server whose framework only says that it was asked, and whose publishes only note what they were. */
async function startDoor(t: Parameters<typeof openRaw>[0], overrides: Partial<PublishDoorDeps> = {}) {
  const calls: PublishCall[] = []
  const logged: unknown[] = []
  const counters = createCounters()
  const deps: PublishDoorDeps = {
    publish: async call => {
      calls.push(call)
      return '{"door":"short"}'
    },
    keys: new ShownKeys(makeKeys()),
    checkAddress: () => null,
    addressOf: () => '192.0.2.1',
    urlOf: ({ url = '' }) => url,
    isClosing: () => false,
    underWay: new RequestsUnderWay(),
    maxBodyBytes: LIMIT,
    headers: { vary: 'Origin' },
    context: { counters, observe: () => {}, clock: Date.now },
    logger: { error: (entry: unknown) => logged.push(entry) },
    ...overrides,
  }
  const server = createServer(
    { requireHostHeader: false },
    takePublishes(deps, (request, response) => {
      request.resume().on('end', () => response.end('framework'))
    }),
  )
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const raw = await openRaw(t, (server.address() as AddressInfo).port)
  return { raw, calls, logged, counters }
}

interface Parts {
  readonly start?: string
  readonly headers?: Record<string, string>
  readonly body?: string
}

function write({ start = 'POST /api/publish HTTP/1.1', headers = {}, body = '{}' }: Parts = {}): string {
  const all = { Host: 'a', Authorization: `Bearer ${KEY}`, 'Content-Length': String(body.length), ...headers }
  const lines = Object.entries(all)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}: ${value}\r\n`)
  return `${start}\r\n${lines.join('')}\r\n${body}`
}

const PLAIN: [string, Parts][] = [
  ['as backends write it', {}],
  ['any media type', { headers: { 'Content-Type': 'text/plain' } }],
  ['a cookie, which counts for nothing beside a key', { headers: { Cookie: 'twinwire_session=x' } }],
  ['HTTP/1.0', { start: 'POST /api/publish HTTP/1.0' }],
  ['as large as may be', { body: `"${'x'.repeat(LIMIT - 2)}"` }],
]

const UNUSUAL: [string, Parts][] = [
  ['another method', { start: 'PUT /api/publish HTTP/1.1' }],
  ['another path', { start: 'POST /api/publish/ HTTP/1.1' }],
  ['a query', { start: 'POST /api/publish?token=x HTTP/1.1' }],
  ['an absolute address', { start: 'POST http://a/api/publish HTTP/1.1' }],
  ['no Host', { headers: { Host: '' } }],
  ['a page', { headers: { Origin: 'http://a' } }],
  ['an expectation', { headers: { Expect: '100-continue' } }],
  ['no body', { body: '' }],
  ['more than an object may have', { body: `"${'x'.repeat(LIMIT - 1)}"` }],
  [
    'chunks',
    { headers: { 'Content-Length': '', 'Transfer-Encoding': 'chunked' }, body: '2\r\n{}\r\n0\r\n\r\n' },
  ],
  ['no credential', { headers: { Authorization: '' } }],
  ['another scheme', { headers: { Authorization: `Basic ${KEY}` } }],
  ['a key that is none', { headers: { Authorization: `Bearer ${KEY}x` } }],
  ['a token', { headers: { Authorization: 'Bearer a.b.c' } }],
]

test.for(PLAIN)('takes %s', async ([, parts], t) => {
  const { raw, calls, counters } = await startDoor(t)
  raw.send(write(parts))
  expect(await raw.receives('"short"')).toMatch(/^HTTP\/1.1 200 OK\r\nvary: Origin\r\n/)
  expect(calls).toMatchObject([{ ip: '192.0.2.1', text: parts.body ?? '{}', identity: { name: 'door' } }])
  expect(counters.responses).toEqual({ 200: 1 })
})

test.for(UNUSUAL)('leaves to the framework: %s', async ([, parts], t) => {
  const { raw, calls } = await startDoor(t)
  raw.send(write(parts))
  await raw.receives('framework')
  expect(calls).toEqual([])
})

test.for<[string, Partial<PublishDoorDeps>]>([
  ['an address that is barred', { checkAddress: () => ({ code: 'forbidden', message: 'barred' }) }],
  ['everything once the server closes', { isClosing: () => true }],
])('leaves to the framework: %s', async ([, overrides], t) => {
  const { raw } = await startDoor(t, overrides)
  raw.send(write())
  await raw.receives('framework')
})

test('[R6] what a bug throws is answered with 500 and logged, and the next request is taken', async t => {
  let isFirst = true
  const { raw, logged } = await startDoor(t, {
    publish: async () => {
      if (!isFirst) return '{"door":"short"}'
      isFirst = false
      throw new Error('a bug')
    },
  })
  raw.send(write())
  expect(await raw.receives('"code":"internal"')).toContain('HTTP/1.1 500 ')
  expect(logged).toMatchObject([{ err: { message: 'a bug' } }])
  raw.send(write())
  await raw.receives('"short"')
})

test('[R6] a body in pieces is put together; one that breaks off publishes nothing', async t => {
  const { raw, calls } = await startDoor(t)
  const request = write({ body: '{"channel":"ü"}' })
  raw.send(Buffer.from(request.slice(0, -6), 'latin1'))
  raw.send(Buffer.from(request.slice(-6), 'latin1'))
  expect(await raw.receives('UTF-8')).toContain('HTTP/1.1 400 ')
  raw.send(write({ body: '[1,2]' }).slice(0, -1))
  raw.socket.destroy()
  await raw.closed
  expect(calls).toEqual([])
})

test('[R6] a body that breaks off is given no answer, and none is counted', async t => {
  const cut = Promise.withResolvers<void>()
  const { raw, counters } = await startDoor(t, {
    urlOf: ({ socket, url = '' }) => {
      // Behind whatever else hears of it.
      socket.once('close', () => setImmediate(cut.resolve))
      return url
    },
  })
  raw.send(write().slice(0, -1))
  raw.socket.end()
  await within(cut.promise, 'the end of the connection')
  expect(counters.responses).toEqual({})
})

test('a key that is revoked while its body is on the way publishes nothing', async t => {
  const keys = makeKeys()
  const arrived = Promise.withResolvers<void>()
  const urlOf = ({ url = '' }: IncomingMessage): string => {
    arrived.resolve()
    return url
  }
  const { raw, calls } = await startDoor(t, { keys: new ShownKeys(keys), urlOf })
  const made = keys.create({ name: 'gone', publish: ['*'], read: false, admin: false }, MAKER)
  const request = write({ headers: { Authorization: `Bearer ${(made as { key: string }).key}` } })
  raw.send(request.slice(0, -1))
  await within(arrived.promise, 'the head of the request')
  keys.revoke('gone', MAKER)
  raw.send(request.slice(-1))
  expect(await raw.receives('"code":"unauthorized"')).toContain('HTTP/1.1 401 ')
  expect(calls).toEqual([])
})

test('a key that is revoked is shown for the last time, whoever has shown it on the same socket', () => {
  const keys = makeKeys()
  const shown = new ShownKeys(keys)
  const made = keys.create({ name: 'gone', publish: [], read: true, admin: false }, MAKER)
  const header = `Bearer ${(made as { key: string }).key}`
  const [socket, other] = [{}, {}]
  expect(shown.identify(socket, header)).toMatchObject({ name: 'gone' })
  expect(shown.identify(socket, header)).toMatchObject({ name: 'gone' })
  expect(shown.identify(socket, `Bearer ${KEY}`)).toMatchObject({ name: 'door' })
  expect(shown.identify(socket, header)).toMatchObject({ name: 'gone' })
  keys.revoke('gone', MAKER)
  expect([shown.identify(socket, header), shown.identify(other, header)]).toEqual([null, null])
  expect(shown.identify(socket, `Bearer ${KEY}`)).toMatchObject({ name: 'door' })
})
