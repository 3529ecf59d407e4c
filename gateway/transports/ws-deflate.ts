// Compression of WebSocket messages (RFC 7692), each by itself: without a context that goes from message to message, what
// was compressed once is the same for everybody who negotiated it, and a connection holds nothing. Knows no connection.

import { constants, deflateRawSync } from 'node:zlib'
import type { Encoder } from '../core/encoder.ts'
import { encodeCompressed, encodeUtf8, webSocketEncoder } from './ws-frame.ts'

export const DEFLATE = 'permessage-deflate'
/** What is negotiated: no context on either side. */
export const DEFLATE_OPTIONS = { serverNoContextTakeover: true, clientNoContextTakeover: true } as const

/** Shorter messages gain less than the 20–40 µs that compressing one takes. */
const MIN_BYTES = 256
/** Half the time of the default, for a tenth more bytes (measured with JSON of 1 to 60 KB). */
const LEVEL = 3
/** How each message ends in a compressed stream; left out on the wire (RFC 7692, section 7.2.1). */
const TAIL = Buffer.from([0x00, 0x00, 0xff, 0xff])
const FLUSH = { finishFlush: constants.Z_SYNC_FLUSH } as const

/** Whether one of the offers in `Sec-WebSocket-Extensions` can be taken. */
export function offersDeflate(header: string | undefined): boolean {
  return (header ?? '').split(',').some(offer => {
    const [name, ...parameters] = offer.split(';').map(part => part.trim())
    return name === DEFLATE && isUnique(parameters) && parameters.every(isAcceptable)
  })
}

function isUnique(parameters: readonly string[]): boolean {
  const names = parameters.map(parameter => parameter.split('=', 1)[0]!.trim())
  return new Set(names).size === names.length
}

/** A client that limits our window asks for a frame of its own: no compression instead. How it limits its own is all one. */
function isAcceptable(parameter: string): boolean {
  return /^(server_no_context_takeover|client_no_context_takeover|client_max_window_bits( *= *"?([89]|1[0-5])"?)?)$/.test(
    parameter,
  )
}

/** Messages compressed, and only they: everything else is for one connection alone. */
export const deflateEncoder: Encoder = { ...webSocketEncoder, slot: 2, message: encodeSmaller }

function encodeSmaller(json: Buffer): Buffer {
  const plain = encodeUtf8(json)
  if (plain.length < MIN_BYTES) return plain
  const compressed = deflateRawSync(json, { ...FLUSH, level: LEVEL })
  const frame = encodeCompressed(compressed.subarray(0, -TAIL.length))
  return frame.length < plain.length ? frame : plain
}
