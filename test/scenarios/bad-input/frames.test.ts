// Rules W2 and R6: WebSocket frames that should not be, and the connections beside them.

import { expect, test } from 'vitest'
import { range } from '../../harness/frame.ts'
import { openRaw } from '../../harness/raw-connection.ts'
import type { Scope } from '../../harness/scope.ts'
import { openWebSocket } from '../../harness/websocket.ts'
import { gatewayWithBystanders } from './bystander.ts'

const gateway = gatewayWithBystanders()

const open = async (scope: Scope) => {
  const socket = await openWebSocket(scope, gateway().url, { channels: 'public:a' })
  await socket.next('live')
  return socket
}

const malformed: [string, string][] = [
  ['half a JSON text', '{"type":"ping"'],
  ['no JSON', 'hello'],
  ['an empty frame', ''],
  ['null', 'null'],
  ['a number', '5'],
  ['an array', '[{"type":"ping"}]'],
  ['a type that is no text', '{"type":{}}'],
  ['a name from the prototype', '{"type":"constructor"}'],
  ['__proto__', '{"type":"__proto__"}'],
  ['a member twice', '{"type":"ping","type":"subscribe"}'],
  ['a ref that is an object', '{"type":"ping","ref":{}}'],
  ['very deep nesting', `{"type":"ping","x":${'['.repeat(20_000)}${']'.repeat(20_000)}}`],
]

test.for(malformed)('[W2] %s: `failure` `bad_request`, the connection stays', async ([, text], t) => {
  const socket = await open(t)
  socket.send(text)
  expect(await socket.next('failure')).toMatchObject({ code: 'bad_request', message: expect.any(String) })
  expect(await socket.ask({ type: 'ping' })).toMatchObject({ type: 'pong' })
})

test('[W2] five malformed frames in a row: goodbye and 4400', async t => {
  const socket = await open(t)
  for (const _ of range(1, 5)) socket.send('rubbish')
  expect(await socket.next('goodbye')).toMatchObject({ code: 'bad_request', reconnect: false })
  expect(socket.frames.filter(({ type }) => type === 'failure')).toHaveLength(5)
  expect(await socket.ended).toEqual({ closeCode: 4400 })
})

test('[W2] four, then a good one, then four: the connection stays', async t => {
  const socket = await open(t)
  for (const _ of range(1, 3)) {
    for (const _ of range(1, 4)) socket.send('rubbish')
    expect(await socket.ask({ type: 'ping' })).toMatchObject({ type: 'pong' })
  }
})

test('[W2] a binary frame: goodbye and 4400', async t => {
  const socket = await open(t)
  socket.send('{"type":"history","channel":"public:a","ref":"before"}')
  socket.send(new Uint8Array([1, 2, 3]))
  expect(await socket.next({ ref: 'before' })).toMatchObject({ type: 'history' })
  expect(await socket.next('goodbye')).toMatchObject({ code: 'bad_request', reconnect: false })
  expect(await socket.ended).toEqual({ closeCode: 4400 })
})

test('[W2] a frame over the limit: 1009', async t => {
  const socket = await open(t)
  socket.send(JSON.stringify({ type: 'publish', ref: 1, channel: 'room:1', data: 'x'.repeat(3_000_000) }))
  expect(await socket.ended).toEqual({ closeCode: 1009 })
})

test('[W2] text that is not UTF-8: 1007', async t => {
  const socket = await open(t)
  socket.socket.send(Buffer.from([0x22, 0xff, 0xfe, 0x22]), { binary: false })
  expect(await socket.ended).toEqual({ closeCode: 1007 })
})

test('[H5] a flood of commands is slowed or refused: 150 are not answered within a second', async t => {
  const socket = await open(t)
  const begun = Date.now()
  for (const number of range(1, 1000)) socket.send(JSON.stringify({ type: 'ping', ref: number }))
  const first = await socket.next(
    frame => frame.type === 'goodbye' || frame.code === 'rate_limited' || frame.ref === 150,
  )
  // At 50 commands a second, 150 take a second even after a first burst.
  if (first.type === 'pong') expect(Date.now() - begun).toBeGreaterThan(1000)
})

const HANDSHAKE =
  'GET /ws?channels=public:a HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'

/** Frames no conforming client sends, by their bytes. */
const illegal: [string, number[]][] = [
  ['unmasked', [0x81, 0x02, 0x7b, 0x7d]],
  ['with reserved bits', [0xf1, 0x80, 0, 0, 0, 0]],
  ['of an unknown kind', [0x83, 0x80, 0, 0, 0, 0]],
  ['that continues nothing', [0x80, 0x80, 0, 0, 0, 0]],
  ['pinging with a length it must not have', [0x89, 0xfe, 0x01, 0x00, 0, 0, 0, 0]],
  ['announcing 2^63 bytes', [0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]],
  ['closing with a code of one byte', [0x88, 0x81, 0, 0, 0, 0, 0x03]],
]

test.for(illegal)('[R6] a frame %s ends that connection alone', async ([, bytes], t) => {
  const raw = await openRaw(t, gateway().port)
  raw.send(HANDSHAKE)
  await raw.receives('"type":"live"')
  raw.send(new Uint8Array(bytes))
  await raw.closed
})

const together: [string, number[]][] = [
  ['a close', [0x88, 0x80, 0, 0, 0, 0]],
  ['an illegal frame', [0x83, 0x80, 0, 0, 0, 0]],
]

test.for(together)('[R6] %s in one packet with the handshake is answered after it', async ([, bytes], t) => {
  const raw = await openRaw(t, gateway().port)
  raw.send(Buffer.concat([Buffer.from(HANDSHAKE), Buffer.from(bytes)]))
  await raw.receives(/^HTTP\/1\.1 101 .*\r\n\r\n.*\x88/s)
  raw.socket.end()
  await raw.closed
})

test('[R6] a handshake torn in pieces, and one cut in the middle', async t => {
  const slow = await openRaw(t, gateway().port)
  for (const part of HANDSHAKE.match(/.{1,40}/gs)!) {
    slow.send(part)
    await new Promise(resolve => setImmediate(resolve))
  }
  await slow.receives('"type":"live"')
  const cut = await openRaw(t, gateway().port)
  cut.send(HANDSHAKE.slice(0, 90))
  cut.socket.destroy()
  await cut.closed
  const reset = await openRaw(t, gateway().port)
  reset.send(HANDSHAKE)
  await reset.receives('101')
  reset.socket.resetAndDestroy()
  await reset.closed
})
