// Frames as WebSocket bytes: unmasked text frames and pings (RFC 6455). Knows no socket and no session.

import type { ServerFrame } from '../../shared/frames.ts'
import type { Encoder } from '../core/encoder.ts'

const FIN_TEXT = 0x81
/** The bit that marks a compressed message (RFC 7692, section 6). */
const COMPRESSED = 0x40
const FIN_PONG = 0x8a
const PING = Buffer.from([0x89, 0x00])
/** A close frame has room for 125 bytes, two of them the code. */
const MAX_CLOSE_REASON_BYTES = 123
/** Payload lengths up to here stand in the header's second byte; up to the next in two more, then in eight. */
const MAX_SHORT = 125
const MAX_MEDIUM = 0xffff

/** One text frame, whole. */
export function encodeText(text: string): Buffer {
  const length = Buffer.byteLength(text)
  const { frame, headerLength } = openFrame(FIN_TEXT, length)
  frame.write(text, headerLength)
  return frame
}

/** The same, given in UTF-8. */
export function encodeUtf8(payload: Buffer): Buffer {
  return encodePayload(FIN_TEXT, payload)
}

/** A text frame of which the payload is compressed already. */
export function encodeCompressed(payload: Buffer): Buffer {
  return encodePayload(FIN_TEXT | COMPRESSED, payload)
}

function encodePayload(first: number, payload: Buffer): Buffer {
  const { frame, headerLength } = openFrame(first, payload.length)
  payload.copy(frame, headerLength)
  return frame
}

/** Room for a frame, its header written. */
function openFrame(first: number, length: number): { frame: Buffer; headerLength: number } {
  const headerLength = length <= MAX_SHORT ? 2 : length <= MAX_MEDIUM ? 4 : 10
  const frame = Buffer.allocUnsafe(headerLength + length)
  frame[0] = first
  if (length <= MAX_SHORT) frame[1] = length
  else if (length <= MAX_MEDIUM) {
    frame[1] = 126
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = 127
    frame.writeUInt32BE(0, 2)
    frame.writeUInt32BE(length, 6)
  }
  return { frame, headerLength }
}

/** The answer to a ping: its payload, at most 125 bytes. */
export function encodePong(payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from([FIN_PONG, payload.length]), payload])
}

/** As much of a reason as a close frame has room for; the goodbye before it has all. */
export function shortenReason(reason: string): string {
  if (Buffer.byteLength(reason) <= MAX_CLOSE_REASON_BYTES) return reason
  const cut = Buffer.from(reason).subarray(0, MAX_CLOSE_REASON_BYTES - 3)
  return `${new TextDecoder().decode(cut).replace(/\uFFFD$/, '')}…`
}

/** On a WebSocket ids stand inside the frames; a sign of life is a protocol ping (rule W5). */
export const webSocketEncoder: Encoder = {
  slot: 0,
  message: encodeUtf8,
  answer: encodeText,
  frame: (frame: ServerFrame) => encodeText(JSON.stringify(frame)),
  heartbeat: () => PING,
}
