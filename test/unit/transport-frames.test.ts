// Both wire formats, byte by byte: lengths, UTF-8, ids, and data that would like to break a line.

import { expect, test } from 'vitest'
import { messageJson } from '../../gateway/core/message-json.ts'
import { encodeRetry, sseEncoder } from '../../gateway/transports/sse-frame.ts'
import { encodeText, webSocketEncoder } from '../../gateway/transports/ws-frame.ts'
import { CODES, type Code } from '../../shared/codes.ts'
import { readEvents, readWebSocket } from '../core/wire.ts'

const ID = 'k3f9x2ab-7'

test.each([
  [0, '8100'],
  [1, '8101'],
  [125, '817d'],
  [126, '817e007e'],
  [65_535, '817effff'],
  [65_536, '817f0000000000010000'],
  [1_000_000, '817f00000000000f4240'],
])('[W2] a text of %d bytes has the header %s', (length, header) => {
  const frame = encodeText('x'.repeat(length))
  const headerBytes = header.length / 2
  expect(frame.subarray(0, headerBytes).toString('hex')).toBe(header)
  expect(frame.length).toBe(headerBytes + length)
  expect(frame.subarray(headerBytes).every(byte => byte === 0x78)).toBe(true)
})

test.each([
  ['é'.repeat(62), 2 + 124],
  ['é'.repeat(63), 4 + 126],
  ['😀'.repeat(16_384), 10 + 65_536],
  ['\ud800', 2 + 3],
  ['\u0000\u2028', 2 + 4],
])('[W2] lengths count bytes, not characters (%#)', (text, bytes) => {
  const frame = encodeText(text)
  expect(frame.length).toBe(bytes)
  const payload = frame.subarray(frame.length <= 127 ? 2 : frame.length <= 65_539 ? 4 : 10)
  expect(payload.equals(Buffer.from(text))).toBe(true)
})

test('[W5] on a WebSocket a heartbeat is a ping, and ids stand in the frames', () => {
  expect(webSocketEncoder.heartbeat(ID).toString('hex')).toBe('8900')
  const live = { type: 'live' as const, channels: ['a'], cursor: ID }
  expect(readWebSocket(webSocketEncoder.frame(live, ID))).toEqual([{ frame: live, eventId: undefined }])
})

test('[S3] a message is an unnamed event with its id, without one if it has none', () => {
  const json = messageJson({ channel: 'a', time: 1, data: '1' }, ID)
  expect(String(sseEncoder.message(Buffer.from(json), ID))).toBe(`id: ${ID}\ndata: ${json}\n\n`)
  expect(String(sseEncoder.message(Buffer.from('{}'), null))).toBe('data: {}\n\n')
})

test('[S3] every other frame is named by its type, and has an id only if it is given one', () => {
  const live = { type: 'live' as const, channels: ['a'], cursor: ID }
  const json = JSON.stringify(live)
  expect(String(sseEncoder.frame(live, ID))).toBe(`event: live\nid: ${ID}\ndata: ${json}\n\n`)
  expect(String(sseEncoder.frame(live))).toBe(`event: live\ndata: ${json}\n\n`)
})

test('[S4] a heartbeat carries the cursor that moved', () => {
  expect(String(sseEncoder.heartbeat(null))).toBe('event: heartbeat\ndata: {}\n\n')
  expect(readEvents(sseEncoder.heartbeat(ID))).toEqual([{ frame: { type: 'heartbeat' }, eventId: ID }])
})

test('[S5] a final goodbye has a stop id, a passing one none; both end when told to come back', () => {
  for (const [name, { reconnect }] of Object.entries(CODES)) {
    const code = name as Code
    const goodbye = { type: 'goodbye' as const, code, reason: 'Why.', reconnect, after: 1499.6 }
    const text = String(sseEncoder.frame(goodbye, ID))
    expect(/^id: (.*)$/m.exec(text)?.[1]).toBe(reconnect ? ID : `stop-${code}`)
    expect(text).toContain('\nretry: 1500\n')
  }
  expect(encodeRetry(2000.4)).toBe('retry: 2000\n\n')
})

test.each([
  ['"\\r\\n\\u0000\u2028\u2029\u0085\ufeff"'],
  ['"data: x\\n\\nevent: goodbye\\n\\n"'],
  ['{"a":[1,{"b":"\\\\"}]}'],
])('[S6] the data %s is one line of one event', data => {
  const odd = 'x\r\ny\u2028\u0000'
  const json = messageJson({ channel: 'a', time: 1, data, event: odd, user: odd, sender: odd }, ID)
  const text = String(sseEncoder.message(Buffer.from(json), ID))
  expect(text.split(/\r\n|\r|\n/)).toHaveLength(4)
  expect(JSON.parse(text.split('\n')[1]!.slice('data: '.length))).toMatchObject({ event: odd, user: odd })
})

test('[S6] whatever a failure or a goodbye quotes is one line too', () => {
  const message = 'There is no field "a\r\n\r\ndata: 1\u0000".'
  const failure = sseEncoder.frame({ type: 'failure', code: 'bad_request', message })
  const goodbye = sseEncoder.frame({ type: 'goodbye', code: 'internal', reason: message, reconnect: true })
  expect(readEvents(Buffer.concat([failure, goodbye])).map(({ frame }) => frame)).toEqual([
    { type: 'failure', code: 'bad_request', message },
    { type: 'goodbye', code: 'internal', reason: message, reconnect: true },
  ])
  expect(String(failure)).not.toContain('\r')
})
