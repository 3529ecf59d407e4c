// The SSE parser: the same events however the text is cut.

import { expect, test } from 'vitest'
import type { SseEvent } from '../../clients/js/sse-parser.ts'
import { createSseParser } from '../../clients/js/sse-parser.ts'

const STREAM =
  'retry: 2500\n\nevent: welcome\nid: e-1\ndata: {"a":1}\n\n: comment\r\nid: e-2\r\ndata: {"b":\r\ndata: 2}\r\n\r\nevent: heartbeat\rdata:{}\r\rdata: tail\n\n'
const EVENTS: SseEvent[] = [
  { event: 'welcome', data: '{"a":1}', id: 'e-1' },
  { event: 'message', data: '{"b":\n2}', id: 'e-2' },
  { event: 'heartbeat', data: '{}', id: undefined },
  { event: 'message', data: 'tail', id: undefined },
]

function parse(chunks: readonly string[]): SseEvent[] {
  const events: SseEvent[] = []
  const feed = createSseParser(event => events.push(event))
  for (const chunk of chunks) feed(chunk)
  return events
}

test('[S3] reads named and unnamed events, ids and several data lines', () => {
  expect(parse([STREAM])).toEqual(EVENTS)
})

test('[S6] one cut at any place changes nothing', () => {
  for (let at = 0; at <= STREAM.length; at++) {
    expect(parse([STREAM.slice(0, at), STREAM.slice(at)]), `cut at ${at}`).toEqual(EVENTS)
  }
})

test('[S6] arriving one character at a time changes nothing', () => {
  expect(parse([...STREAM])).toEqual(EVENTS)
})

test('an event without its blank line is not delivered', () => {
  expect(parse(['data: half\n'])).toEqual([])
})
