// Rule R6: what the fuzzer has found, each as a case of its own, so that it stays found. Knows the protocol only.

import { expect, test } from 'vitest'
import { handshake, UPGRADE_HEADERS } from '../../fuzz/handshake.ts'
import { countSockets } from '../../fuzz/process-watch.ts'
import { poll, within } from '../../harness/deadline.ts'
import { range } from '../../harness/frame.ts'
import { openRaw, type RawConnection } from '../../harness/raw-connection.ts'
import { gatewayWithBystanders } from './bystander.ts'

const gateway = gatewayWithBystanders()

const GET = (target: string, headers = '') => `GET ${target} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`
const PUBLISH = () => `POST /api/publish HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${gateway().apiKey}\r\n`
/**
 * The longest end that protocol.md states is 5 seconds, for a peer that goes on sending; the rest is for a busy machine, and
 * less than the minute after which Node would help itself.
 */
const END_MS = 20_000

const endOf = (raw: RawConnection): Promise<void> =>
  within(raw.closed, () => `the end of the connection behind ${JSON.stringify(raw.text.slice(-500))}`, END_MS)

test('[R6] an upgrade that is refused for its URL leaves no socket behind', async t => {
  const before = await countSockets(gateway().pid)
  const raw = await openRaw(t, gateway().port)
  raw.send(handshake(`?channels=${'x'.repeat(17_000)}`, ''))
  await raw.receives(/^HTTP\/1\.1 414/)
  raw.socket.end()
  await endOf(raw)
  await poll(async () => ((await countSockets(gateway().pid)) <= before ? true : null), 'the socket to go')
})

test('[R6] peers that reset their connection behind the request are not worth a line in the log', async t => {
  const before = gateway().stderr
  const requests = [handshake('?channels=public:a', ''), Buffer.from(GET('/sse?channels=public:a'))]
  for (const _ of range(1, 100)) {
    for (const request of requests) {
      const raw = await openRaw(t, gateway().port)
      raw.socket.write(request, () => raw.socket.resetAndDestroy())
      await endOf(raw)
    }
  }
  await gateway().api('GET', '/healthz')
  expect(gateway().stderr).toBe(before)
})

test('[R6] a HEAD of the WebSocket address, with more behind it, is answered like any other', async t => {
  const raw = await openRaw(t, gateway().port)
  raw.send(
    `HEAD /ws HTTP/1.1\r\nHost: x\r\n\r\n${GET('/healthz')}${GET('/healthz', 'Connection: close\r\n')}`,
  )
  await endOf(raw)
  expect(raw.text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 405', 'HTTP/1.1 200', 'HTTP/1.1 200'])
})

test('[R6] 100 Continue does not stand in the middle of an answer', async t => {
  const raw = await openRaw(t, gateway().port)
  const body = '{"channel":"public:a","data":1}'
  const asking = `${PUBLISH()}Expect: 100-continue\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  raw.send(GET('/api/openapi.json') + asking)
  await endOf(raw)
  const [first, ...others] = raw.text.split(/(?=HTTP\/1\.1 )/)
  expect(JSON.parse(first!.slice(first!.indexOf('\r\n\r\n')))).toMatchObject({ openapi: expect.any(String) })
  expect(others).toEqual([expect.stringMatching(/^HTTP\/1\.1 200 .*"subscribers":/s)])
})

test('[R6] what comes before broken bytes is answered first, and nothing behind them', async t => {
  const id = await gateway().publish('public:quiet', 'last')
  const raw = await openRaw(t, gateway().port)
  raw.send(
    `${GET(`/api/channels/public:quiet/messages?since=${id}&wait=1`)}rubbish\r\n\r\n${GET('/healthz')}`,
  )
  await endOf(raw)
  expect(raw.text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200'])
})

const brokenBodies = [
  [
    'before anything was answered',
    () => `${PUBLISH()}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
    /^HTTP\/1\.1 400/,
  ],
  [
    'after a refusal',
    () => 'POST /api/publish HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{',
    /^HTTP\/1\.1 40[01]/,
  ],
] as const

test.for(brokenBodies)(
  '[R6] a body that breaks off %s ends its connection at once',
  async ([, request, answer], t) => {
    const raw = await openRaw(t, gateway().port)
    raw.send(request())
    raw.socket.end()
    await endOf(raw)
    expect(raw.text).toMatch(answer)
  },
)

const CLOSING = 'Connection: close\r\n'
const TOO_MUCH = 'x'.repeat(8_500_000)
/** What ends a connection, by the answer that says so. */
const lastRequests: [string, string, () => string][] = [
  ['a request that asks for it', '200', () => GET('/healthz', CLOSING)],
  ['an Expect in a pipeline', '401', () => GET('/healthz') + GET('/api/stats', 'Expect: 100-continue\r\n')],
  [
    'a body far too large',
    '413',
    () =>
      `${PUBLISH()}Transfer-Encoding: chunked\r\n\r\n${TOO_MUCH.length.toString(16)}\r\n${TOO_MUCH}\r\n0\r\n\r\n`,
  ],
  ['a stream that is refused', '401', () => GET('/sse?channels=private')],
  ['a handshake that is refused', '400', () => handshakeWith({ 'Sec-WebSocket-Key': null })],
  ['bytes that are no request', '400', () => 'rubbish\r\n\r\n'],
]

test.for(lastRequests)(
  '[R6] the answer to %s reaches a peer that goes on sending',
  async ([, status, request], t) => {
    const raw = await openRaw(t, gateway().port)
    // Nothing is read until much was sent behind it: after a reset there would be nothing to read.
    raw.socket.pause()
    raw.send(request())
    const body = `{"channel":"public:behind","data":"${'x'.repeat(60_000)}"}`
    for (const _ of range(1, 12)) {
      raw.send(`${PUBLISH()}Content-Length: ${body.length}\r\n\r\n${body}`)
      await gateway().api('GET', '/healthz')
    }
    raw.socket.resume()
    await endOf(raw)
    expect(raw.text.match(/HTTP\/1\.1 (\d+)/g)?.at(-1)).toBe(`HTTP/1.1 ${status}`)
  },
)

const refusedBodies: [string, string, string][] = [
  ['is too large', '413', `{"channel":"public:a","data":"${'x'.repeat(1_100_000)}"}`],
  ['is no UTF-8', '400', '{"channel":"public:a","data":"\xff\xfe"}'],
]

test.for(refusedBodies)('[R6] a body that %s does not cost the connection', async ([, status, body], t) => {
  const raw = await openRaw(t, gateway().port)
  const request = `${PUBLISH()}Content-Length: ${body.length}\r\n\r\n${body}`
  raw.send(Buffer.from(request + GET('/healthz', CLOSING), 'latin1'))
  await endOf(raw)
  expect(raw.text.match(/HTTP\/1\.1 \d+/g)).toEqual([`HTTP/1.1 ${status}`, 'HTTP/1.1 200'])
})

const refused: [string, string][] = [
  ['a handshake without a key', handshakeWith({ 'Sec-WebSocket-Key': null })],
  ['a handshake with a short key', handshakeWith({ 'Sec-WebSocket-Key': 'dG9vIHNob3J0' })],
  ['a handshake of another version', handshakeWith({ 'Sec-WebSocket-Version': '13.0' })],
  ['a handshake that offers a protocol twice', handshakeWith({ 'Sec-WebSocket-Protocol': 'a, a' })],
  ['a request without a host', 'GET /healthz HTTP/1.1\r\n\r\n'],
  ['a request with other expectations', GET('/healthz', 'Expect: applause\r\n')],
]

test.for(refused)('[R6] %s is refused with a problem', async ([, request], t) => {
  const raw = await openRaw(t, gateway().port)
  raw.send(request)
  await raw.receives(/^HTTP\/1\.1 4\d\d .*content-type: application\/problem\+json.*"code":"bad_request"/is)
})

test('[R6] an answer behind which the gateway hangs up says so, also when it refuses a body', async t => {
  const raw = await openRaw(t, gateway().port)
  const asking = `${PUBLISH()}Expect: 100-continue\r\n${CLOSING}Content-Length: 2\r\n\r\n\xff\xfe`
  raw.send(Buffer.from(GET('/healthz') + asking, 'latin1'))
  await endOf(raw)
  expect(raw.text).toMatch(/HTTP\/1\.1 400 .*\r\nconnection: close\r\n/is)
})

test('[R6] a GET of the WebSocket address that asks for the end is given it with its refusal', async t => {
  const raw = await openRaw(t, gateway().port)
  raw.send(GET('/ws', CLOSING))
  await endOf(raw)
  expect(raw.text).toMatch(/^HTTP\/1\.1 400 .*\r\nconnection: close\r\n/is)
})

test('[R6] an offer of HTTP/2, as curl makes it, is passed over', async t => {
  const raw = await openRaw(t, gateway().port)
  raw.send(
    GET('/healthz', 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n'),
  )
  await raw.receives(/^HTTP\/1\.1 200/)
})

/** A handshake with some headers changed, or missing (null). */
function handshakeWith(changes: Readonly<Record<string, string | null>>): string {
  const headers = Object.entries({ ...UPGRADE_HEADERS, ...changes })
  const lines = headers.map(([name, value]) => (value === null ? '' : `${name}: ${value}\r\n`))
  return `GET /ws HTTP/1.1\r\n${lines.join('')}\r\n`
}
