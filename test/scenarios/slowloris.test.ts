// Rule R6: peers that hold a connection open by being slow are cut off in a stated time, and keep nobody else out.

import { expect, test } from 'vitest'
import { frameBytes, TEXT } from '../fuzz/frame-bytes.ts'
import { handshake } from '../fuzz/handshake.ts'
import { countSockets } from '../fuzz/process-watch.ts'
import { poll } from '../harness/deadline.ts'
import { range } from '../harness/frame.ts'
import { API_KEY, startGateway } from '../harness/gateway.ts'
import { openRaw, type RawConnection } from '../harness/raw-connection.ts'
import { type Scope, shared } from '../harness/scope.ts'
import { openSse } from '../harness/sse.ts'
import { openWebSocket } from '../harness/websocket.ts'

/** Long enough for this process to send what it has to say; so the cases wait side by side. */
const RECEIVE_MS = 1000
/** A late one is found at one of four looks within the limit, and given a second to read why. Node itself takes a minute. */
const CUT_MS = 30_000

const gateway = shared(scope =>
  startGateway(scope, { config: { heartbeat: '1s', limits: { receiveTimeout: `${RECEIVE_MS}ms` } } }),
)

/** Sends a text byte by byte, far too slowly to come to its end, until the other side hangs up. */
function drip(t: Scope, raw: RawConnection, bytes: Uint8Array): void {
  let next = 0
  const timer = setInterval(() => {
    if (next < bytes.length) raw.send(bytes.subarray(next, ++next))
  }, 50)
  t.onTestFinished(() => clearInterval(timer))
  raw.socket.once('close', () => clearInterval(timer))
}

async function cutInTime(raw: RawConnection): Promise<void> {
  const begun = performance.now()
  await raw.closed
  expect(performance.now() - begun).toBeLessThan(CUT_MS)
}

const BODY = `{"channel":"public:a","data":"${'x'.repeat(1000)}"}`
const POST = `POST /api/publish HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${API_KEY}\r\n`

/** What is sent at once, and what drips behind it. */
const slow: [string, string, string][] = [
  ['nothing at all', '', ''],
  ['the head of a request', 'GET /healthz HTTP/1.1\r\nHost: x\r\n', 'X-Slow: '.repeat(1000)],
  ['the head of a request for a stream', 'GET /sse?channels=public:a HTTP/1.1\r\n', 'X-Slow: '.repeat(1000)],
  [
    'a handshake',
    handshake('?channels=public:a', '').toString('latin1').slice(0, -2),
    'X-Slow: '.repeat(1000),
  ],
  ['a body', `${POST}Content-Length: ${BODY.length}\r\n\r\n`, BODY],
  ['a body in chunks', `${POST}Transfer-Encoding: chunked\r\n\r\n`, '1\r\n \r\n'.repeat(1000)],
  [
    'a second request',
    'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET /healthz HTTP/1.1\r\nX-Slow: '.repeat(100),
  ],
]

test.concurrent.for(slow)(
  '[R6] a peer that drips %s is cut off, with 408 if it can be told',
  async ([, atOnce, dripped], t) => {
    const raw = await openRaw(t, gateway().port)
    raw.send(atOnce)
    drip(t, raw, Buffer.from(dripped, 'latin1'))
    await cutInTime(raw)
    expect(raw.text).toMatch(/HTTP\/1\.1 408 .*"code":"timeout"/s)
  },
)

test('[R6] a peer that answers a refusal with silence is hung up on', async t => {
  const { pid, port } = gateway()
  const before = await countSockets(pid)
  const raw = await openRaw(t, port)
  // It does not hang up when the gateway does, and sends nothing more.
  raw.socket.removeAllListeners('end')
  raw.send('rubbish\r\n\r\n')
  await raw.receives(/HTTP\/1\.1 400/)
  const isLetGo = async () => ((await countSockets(pid)) <= before ? true : null)
  await poll(isLetGo, 'the gateway to let go of the socket')
})

const whole = frameBytes(TEXT, Buffer.from('{"type":"ping","ref":1}'))
const fragment = frameBytes(TEXT, Buffer.from('{"type":'), { fin: false })

const unfinished: [string, Buffer, Buffer][] = [
  ['a frame', Buffer.alloc(0), frameBytes(TEXT, Buffer.alloc(10_000))],
  ['a frame behind a whole one', whole, frameBytes(TEXT, Buffer.alloc(10_000))],
  [
    'the fragments of a message',
    fragment,
    Buffer.concat(range(1, 3000).map(() => frameBytes(0, Buffer.from(' '), { fin: false }))),
  ],
]

test.concurrent.for(unfinished)(
  '[W5] a WebSocket that drips %s is closed with 4408',
  async ([, atOnce, dripped], t) => {
    const raw = await openRaw(t, gateway().port)
    raw.send(handshake('?channels=public:a', ''))
    await raw.receives('"type":"live"')
    raw.send(atOnce)
    drip(t, raw, dripped)
    await raw.receives(/"type":"goodbye","code":"timeout".*receiveTimeout/, CUT_MS)
    await raw.receives(Buffer.from([4408 >> 8, 4408 & 0xff]).toString('latin1'))
  },
)

test('[W5] a WebSocket that only answers pings is not taken for a slow one', async t => {
  const socket = await openWebSocket(t, gateway().url, { channels: 'public:a' })
  await socket.next('live')
  const raw = await openRaw(t, gateway().port)
  raw.send(handshake('?channels=public:a', ''))
  await raw.receives('"type":"live"')
  // Pongs by hand, each torn in two: control frames are no beginning of a message.
  const pong = frameBytes(10, Buffer.from('beat'))
  for (const _ of range(1, 12)) {
    raw.send(pong.subarray(0, 5))
    await new Promise(resolve => setTimeout(resolve, RECEIVE_MS / 8))
    raw.send(pong.subarray(5))
    await new Promise(resolve => setTimeout(resolve, RECEIVE_MS / 8))
  }
  raw.send(whole)
  await raw.receives('"type":"pong","ref":1')
  expect(await socket.ask({ type: 'ping' })).toMatchObject({ type: 'pong' })
})

test('[R6] five hundred slow peers keep nobody out, and all are cut off', async t => {
  const peers = await Promise.all(range(1, 500).map(() => openRaw(t, gateway().port)))
  for (const [index, peer] of peers.entries()) {
    peer.send(
      index % 2 === 0 ? 'GET /sse?channels=public:a HTTP/1.1\r\nX' : handshake('', '').subarray(0, 60),
    )
  }
  const socket = await openWebSocket(t, gateway().url, { channels: 'public:a' })
  const stream = await openSse(t, gateway().url, { channels: 'public:a' })
  await Promise.all([socket.next('live'), stream.next('live')])
  await gateway().publish('public:a', 'through')
  await Promise.all([socket.next({ data: 'through' }), stream.next({ data: 'through' })])
  await Promise.all(peers.map(peer => peer.closed))
})
