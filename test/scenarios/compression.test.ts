// Compressed WebSocket messages (RFC 7692): for those who negotiated them, beside those who did not, and not as a bomb.

import { constants, deflateRawSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { CONTINUATION, frameBytes, PING, TEXT } from '../fuzz/frame-bytes.ts'
import { handshake } from '../fuzz/handshake.ts'
import { range } from '../harness/frame.ts'
import { startGateway } from '../harness/gateway.ts'
import { openRaw, type RawConnection } from '../harness/raw-connection.ts'
import { type Scope, shared } from '../harness/scope.ts'
import { openSse } from '../harness/sse.ts'
import { openWebSocket } from '../harness/websocket.ts'

const gateway = shared(scope => startGateway(scope, { config: { websocket: { compression: true } } }))

const ORDERS = range(1, 200).map(number => ({
  order: number,
  state: 'in transit',
  note: 'leave at the door',
}))
/** The first byte of a compressed frame: final, compressed, text. */
const COMPRESSED = '\xc1'

async function open(t: Scope, query: string, offers: string): Promise<RawConnection> {
  const raw = await openRaw(t, gateway().port)
  raw.send(handshake(query, offers === '' ? '' : `Sec-WebSocket-Extensions: ${offers}\r\n`))
  await raw.receives('"type":"welcome"')
  return raw
}

const accepted = ({ text }: RawConnection) =>
  /^sec-websocket-extensions: (.*)$/im.exec(text.split('\r\n\r\n', 1)[0]!)?.[1] ?? null

/** A message as a client compresses it. */
function compress(text: string): Buffer {
  return deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4)
}

test('[W2] a compressed message reaches those who offered it, the same one plain all others', async t => {
  const channel = 'public:mixed'
  const compressed = await openWebSocket(t, gateway().url, { channels: channel })
  const second = await openWebSocket(t, gateway().url, { channels: channel })
  const sse = await openSse(t, gateway().url, { channels: channel })
  const plain = await open(t, `?channels=${channel}`, '')
  expect(compressed.socket.extensions).toBe('permessage-deflate')
  for (const reader of [compressed, second, sse]) await reader.next('live')
  await plain.receives('"type":"live"')
  await gateway().publish(channel, ORDERS)
  await gateway().publish(channel, 'short')
  for (const reader of [compressed, second, sse]) {
    expect((await reader.next('message')).data).toEqual(ORDERS)
    expect((await reader.next('message')).data).toBe('short')
  }
  await plain.receives('"short"}')
  expect(plain.text).toContain(JSON.stringify(ORDERS))
  expect(plain.text.endsWith('"short"}')).toBe(true)
})

test('[W2] [R2] a replay and a batch come compressed, in order and in a fraction of the bytes', async t => {
  const channel = 'public:replay'
  const since = await gateway().publish(channel, 0)
  const body = range(1, 40).map(number => ({ channel, data: { number, ORDERS } }))
  await gateway().api('POST', '/api/publish', { body })
  const late = await openWebSocket(t, gateway().url, { channels: channel, since })
  const numbers = async () => {
    const received: number[] = []
    for (const _ of body) received.push(((await late.next('message')).data as { number: number }).number)
    return received
  }
  expect(await numbers()).toEqual(range(1, 40))
  await late.next('live')
  await gateway().api('POST', '/api/publish', { body })
  expect(await numbers()).toEqual(range(1, 40))
  const raw = await open(t, `?channels=${channel}&since=${since}`, 'permessage-deflate')
  await raw.receives('"type":"live"')
  expect(raw.text).toContain(COMPRESSED)
  expect(raw.text.length).toBeLessThan(JSON.stringify(body).length / 5)
})

test.each([
  ['permessage-deflate', true],
  ['permessage-deflate; client_max_window_bits', true],
  ['permessage-deflate; client_max_window_bits=10; server_no_context_takeover', true],
  ['permessage-deflate; server_max_window_bits=10', false],
  ['permessage-deflate; server_max_window_bits=15', false],
  ['permessage-deflate; server_max_window_bits=10, permessage-deflate', true],
  ['permessage-deflate; client_max_window_bits=16', false],
  ['permessage-deflate; server_no_context_takeover; server_no_context_takeover', false],
  ['permessage-deflate; unheard_of', false],
  ['x-webkit-deflate-frame', false],
])('[W2] the offer "%s" is taken: %s', async (offer, isTaken) => {
  const scope: (() => unknown)[] = []
  const raw = await open({ onTestFinished: end => void scope.push(end) } as Scope, '', offer)
  const answer = 'permessage-deflate; server_no_context_takeover; client_no_context_takeover'
  expect(accepted(raw)).toBe(isTaken ? answer : null)
  for (const end of scope) await end()
})

test('[W2] [W3] commands may come compressed, also in fragments with a ping between', async t => {
  const raw = await open(t, '', 'permessage-deflate')
  raw.send(frameBytes(TEXT, compress('{"type":"ping","ref":1}'), { reserved: 4 }))
  await raw.receives('{"type":"pong","ref":1}')
  const whole = compress('{"type":"ping","ref":2}')
  raw.send(frameBytes(TEXT, whole.subarray(0, 9), { reserved: 4, fin: false }))
  raw.send(frameBytes(PING, Buffer.from('x')))
  raw.send(frameBytes(CONTINUATION, whole.subarray(9)))
  await raw.receives('{"type":"pong","ref":2}')
  raw.send(frameBytes(TEXT, Buffer.from('{"type":"ping","ref":3}')))
  await raw.receives('{"type":"pong","ref":3}')
})

test.each<[string, Buffer, number, number]>([
  ['a bomb', compress(' '.repeat(50_000_000)), 4, 1009],
  ['what is no compression', Buffer.from([0xff, 0xff, 0xff]), 4, 1007],
  ['what is no UTF-8', deflateRawSync(Buffer.from([0xff, 0xfe])), 4, 1007],
  ['another reserved bit', compress('{}'), 2, 1002],
])('[W2] [R6] %s ends the connection, and no other', async (_, payload, reserved, code) => {
  const ends: (() => unknown)[] = []
  const scope = { onTestFinished: (end: () => unknown) => void ends.push(end) } as Scope
  const bystander = await open(scope, '?channels=public:bystander', 'permessage-deflate')
  const raw = await open(scope, '', 'permessage-deflate')
  raw.send(frameBytes(TEXT, payload, { reserved }))
  await raw.receives(Buffer.from([0x88, 2, code >> 8, code & 0xff]).toString('latin1'))
  await raw.closed
  await gateway().publish('public:bystander', 'unharmed')
  await bystander.receives('unharmed')
  for (const end of ends) await end()
})
