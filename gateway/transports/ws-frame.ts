// Frames as WebSocket bytes: unmasked text frames and pings (RFC 6455). Knows no socket and no session.

import type { ServerFrame } from '../../shared/frames.ts'
import type { Encoder } from '../core/encoder.ts'

const FIN_TEXT = 0x81
const PING = Buffer.from([0x89, 0x00])
/** Payload lengths up to here stand in the header's second byte; up to the next in two more, then in eight. */
const MAX_SHORT = 125
const MAX_MEDIUM = 0xffff

/** One text frame, whole. */
export function encodeText(text: string): Buffer {
  const length = Buffer.byteLength(text)
  const headerLength = length <= MAX_SHORT ? 2 : length <= MAX_MEDIUM ? 4 : 10
  const frame = Buffer.allocUnsafe(headerLength + length)
  frame[0] = FIN_TEXT
  if (length <= MAX_SHORT) frame[1] = length
  else if (length <= MAX_MEDIUM) {
    frame[1] = 126
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = 127
    frame.writeUInt32BE(0, 2)
    frame.writeUInt32BE(length, 6)
  }
  frame.write(text, headerLength)
  return frame
}

/** On a WebSocket ids stand inside the frames; a sign of life is a protocol ping (rule W5). */
export const webSocketEncoder: Encoder = {
  slot: 0,
  message: json => encodeText(json),
  frame: (frame: ServerFrame) => encodeText(JSON.stringify(frame)),
  heartbeat: () => PING,
}
