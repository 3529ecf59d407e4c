// Rule R6: HTTP requests that should not be, and the connections beside them. Knows the protocol only.

import { expect, test } from 'vitest'
import { range } from '../../harness/frame.ts'
import { openRaw } from '../../harness/raw-connection.ts'
import { gatewayWithBystanders } from './bystander.ts'

const gateway = gatewayWithBystanders()

const AUTH = () => `Authorization: Bearer ${gateway().apiKey}\r\n`

test('[R6] a URL over 16 KiB is 414, one below it is not', async () => {
  const status = async (length: number) => {
    const channels = range(1, Math.ceil(length / 151)).map(number => `public:${number}`.padEnd(150, 'x'))
    const response = await fetch(`${gateway().url}/sse?channels=${channels.join(',')}`, { method: 'GET' })
    await response.body?.cancel()
    return response.status
  }
  expect(await status(15_000)).toBe(200)
  expect(await status(20_000)).toBe(414)
  // Beyond 64 KiB of URL and headers Node gives the request up before it knows which of them it was.
  for (const [length, expected] of [
    [40_000, 414],
    [70_000, 431],
    [100_000, 431],
  ] as const) {
    const { status, headers } = await fetch(`${gateway().url}/api/channels?prefix=${'a'.repeat(length)}`)
    expect(status).toBe(expected)
    expect(headers.get('content-type')).toBe('application/problem+json')
  }
})

test('[R6] headers without end are refused', async t => {
  const raw = await openRaw(t, gateway().port)
  raw.send('GET /healthz HTTP/1.1\r\nHost: x\r\n')
  raw.send(
    range(1, 3000)
      .map(number => `X-${number}: ${'y'.repeat(50)}\r\n`)
      .join(''),
  )
  raw.send('\r\n')
  await raw.closed
  expect(raw.text).toMatch(/^HTTP\/1\.1 431/)
  const atOnce = await openRaw(t, gateway().port)
  atOnce.send(`GET /healthz HTTP/1.1\r\nHost: x\r\nCookie: a=${'b'.repeat(70_000)}\r\n\r\n`)
  await atOnce.closed
  expect(atOnce.text).toMatch(/^HTTP\/1\.1 431/)
})

const broken: [string, string][] = [
  ['garbage', '\x00\x01\x02\x03 rubbish\r\n\r\n'],
  ['a method nobody knows', 'DANCE / HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['a broken header', 'GET / HTTP/1.1\r\nHost : x\r\n\r\n'],
  [
    'two lengths',
    'POST /api/publish HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd',
  ],
  [
    'length and chunks together',
    'POST /api/publish HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
  ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
]

test.for(broken)('[R6] %s is answered 4xx and hung up on', async ([, bytes], t) => {
  const raw = await openRaw(t, gateway().port)
  raw.send(Buffer.from(bytes, 'latin1'))
  await raw.receives(/^HTTP\/1\.1 4\d\d/)
  await raw.closed
})

test('[R6] a request cut in its body is not published', async t => {
  const raw = await openRaw(t, gateway().port)
  const body = '{"channel":"public:cut","data":1}'
  raw.send(`POST /api/publish HTTP/1.1\r\nHost: x\r\n${AUTH()}Content-Length: 500\r\n\r\n${body}`)
  await gateway().publish('public:other', 1)
  raw.socket.destroy()
  await raw.closed
  const { json } = await gateway().api('GET', '/api/channels/public%3Acut/messages')
  expect(json.messages).toEqual([])
})

test('[R6] a second request pipelined behind a stream harms nobody and opens nothing', async t => {
  const raw = await openRaw(t, gateway().port)
  const request = (channel: string) => `GET /sse?channels=${channel} HTTP/1.1\r\nHost: x\r\n\r\n`
  raw.send(request('public:one') + request('public:two'))
  await raw.receives(/event: ?live/)
  await gateway().publish('public:two', 'second')
  await gateway().publish('public:one', 'first')
  await Promise.race([raw.receives('"first"'), raw.closed])
  expect(raw.text).not.toContain('"second"')
  expect(raw.text.match(/HTTP\/1\.1 200/g)).toHaveLength(1)
})

test('[R6] rubbish on an open stream cuts it, and nothing is written into its events', async t => {
  const raw = await openRaw(t, gateway().port)
  raw.send('GET /sse?channels=public:noise HTTP/1.1\r\nHost: x\r\n\r\n')
  await raw.receives(/event: ?live/)
  raw.send('rubbish\r\n\r\n')
  await raw.closed
  expect(raw.text.match(/HTTP\/1\.1/g)).toHaveLength(1)
})

test('[R6] requests pipelined by the hundred behind a stream cut it', async t => {
  const raw = await openRaw(t, gateway().port)
  raw.send('GET /sse?channels=public:noise HTTP/1.1\r\nHost: x\r\n\r\n')
  await raw.receives(/event: ?live/)
  raw.send('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(100))
  await raw.closed
})

test('[R6] a stream pipelined behind a pending answer is refused', async t => {
  const raw = await openRaw(t, gateway().port)
  const id = await gateway().publish('public:quiet', 'last')
  const authorization = `Authorization: Bearer ${gateway().apiKey}\r\n`
  raw.send(
    `GET /api/channels/public:quiet/messages?since=${id}&wait=1 HTTP/1.1\r\nHost: x\r\n${authorization}\r\n` +
      'GET /sse?channels=public:noise HTTP/1.1\r\nHost: x\r\n\r\n',
  )
  await raw.closed
  expect(raw.text).not.toContain('event: welcome')
})

test('[R6] a stream cut while it is being opened, two hundred times', async t => {
  for (const _ of range(1, 200)) {
    const raw = await openRaw(t, gateway().port)
    raw.send('GET /sse?channels=public:bystander&history=100 HTTP/1.1\r\nHost: x\r\n\r\n')
    await new Promise(resolve => setImmediate(resolve))
    raw.socket.resetAndDestroy()
  }
})

test('[R6] HTTP/1.0 and chunked bodies are served', async t => {
  const old = await openRaw(t, gateway().port)
  old.send('GET /healthz HTTP/1.0\r\n\r\n')
  await old.receives(/^HTTP\/1\.[01] 200/)
  await old.closed
  const chunked = await openRaw(t, gateway().port)
  const body = '{"channel":"public:chunked","data":1}'
  const chunks = [...body].map(character => `1\r\n${character}\r\n`).join('')
  chunked.send(
    `POST /api/publish HTTP/1.1\r\nHost: x\r\n${AUTH()}Transfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`,
  )
  await chunked.receives(/^HTTP\/1\.1 200/)
})

test('[R6] a body that is not UTF-8 is 400', async t => {
  const raw = await openRaw(t, gateway().port)
  const body = Buffer.from('{"channel":"public:a","data":"\xff\xfe"}', 'latin1')
  raw.send(`POST /api/publish HTTP/1.1\r\nHost: x\r\n${AUTH()}Content-Length: ${body.length}\r\n\r\n`)
  raw.send(body)
  await raw.receives(/^HTTP\/1\.1 400/)
})

const traversals = [
  '/../package.json',
  '/%2e%2e/package.json',
  '/examples/..%2f..%2fpackage.json',
  '/examples/%00',
]

test.each(traversals)('[R6] %s does not leave the served folders', async path => {
  const raw = await fetch(gateway().url + path)
  expect(await raw.text()).not.toContain('"dependencies"')
  expect(raw.status).toBeLessThan(500)
})

test('[R6] an upgrade anywhere but at /ws is refused before it happens', async t => {
  for (const path of ['/nope', '/', '/sse?channels=public:a', '/ws/', '/api/stats']) {
    const raw = await openRaw(t, gateway().port)
    raw.send(
      `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    )
    await raw.closed
    expect(raw.text, path).toMatch(/^HTTP\/1\.1 4\d\d /)
  }
})
