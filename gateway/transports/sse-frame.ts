// Frames as Server-Sent Events: messages unnamed, everything else named by its type (rule S3). Knows no socket and no session.
//
// JSON text without white space between tokens has no line breaks, so it always fits one `data:` line (rule S6).

import type { ServerFrame } from '../../shared/frames.ts'
import type { Encoder } from '../core/encoder.ts'

/** An id that asks the next request to be answered 204, which makes an EventSource stop for good (rule S5). */
export const STOP_PREFIX = 'stop-'

export const sseEncoder: Encoder = {
  slot: 1,
  message: (json, id) =>
    Buffer.concat([Buffer.from(id === null ? 'data: ' : `id: ${id}\ndata: `), json, END]),
  answer: json => Buffer.from(`data: ${json}\n\n`),
  frame: (frame, id) => Buffer.from(encodeEvent(frame, id)),
  heartbeat: id => Buffer.from(id === null ? HEARTBEAT : `id: ${id}\n${HEARTBEAT}`),
}

const END = Buffer.from('\n\n')
const HEARTBEAT = 'event: heartbeat\ndata: {}\n\n'

/** How long an EventSource waits before it reconnects. */
export function encodeRetry(ms: number): string {
  return `retry: ${Math.round(ms)}\n\n`
}

function encodeEvent(frame: ServerFrame, id: string | undefined): string {
  const lines = [`event: ${frame.type}`]
  const eventId = frame.type === 'goodbye' && !frame.reconnect ? `${STOP_PREFIX}${frame.code}` : id
  if (eventId !== undefined) lines.push(`id: ${eventId}`)
  if (frame.type === 'goodbye' && frame.after !== undefined) lines.push(`retry: ${Math.round(frame.after)}`)
  lines.push(`data: ${JSON.stringify(frame)}`, '', '')
  return lines.join('\n')
}
