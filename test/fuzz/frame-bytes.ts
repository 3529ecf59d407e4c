// WebSocket frames as bytes: those a client may send, and those it must not (RFC 6455, section 5). Knows no commands.

export const CONTINUATION = 0
export const TEXT = 1
export const BINARY = 2
export const CLOSE = 8
export const PING = 9
export const PONG = 10

export interface FrameOptions {
  readonly fin?: boolean
  /** The three reserved bits. */
  readonly reserved?: number
  /** Null: unmasked, which clients must not be. */
  readonly mask?: Buffer | null
  /** How many bytes the length takes, 0, 2 or 8; the fewest unless given. */
  readonly lengthBytes?: 0 | 2 | 8
  /** What the header claims, if not the truth. */
  readonly claimedLength?: bigint
}

const NO_MASK = Buffer.alloc(4)

/** One frame. */
export function frameBytes(opcode: number, payload: Uint8Array, options: FrameOptions = {}): Buffer {
  const { fin = true, reserved = 0, mask = NO_MASK } = options
  const length = options.claimedLength ?? BigInt(payload.length)
  const lengthBytes = options.lengthBytes ?? (length <= 125n ? 0 : length <= 0xffffn ? 2 : 8)
  const head = Buffer.alloc(2 + lengthBytes)
  head[0] = (fin ? 0x80 : 0) | (reserved << 4) | opcode
  const short = lengthBytes === 0 ? Number(length & 0x7fn) : lengthBytes === 2 ? 126 : 127
  head[1] = (mask === null ? 0 : 0x80) | short
  if (lengthBytes === 2) head.writeUInt16BE(Number(length & 0xffffn), 2)
  if (lengthBytes === 8) head.writeBigUInt64BE(BigInt.asUintN(64, length), 2)
  if (mask === null) return Buffer.concat([head, payload])
  const masked = Buffer.from(payload)
  if (mask !== NO_MASK) for (let index = 0; index < masked.length; index++) masked[index]! ^= mask[index % 4]!
  return Buffer.concat([head, mask, masked])
}

/** The payload of a close frame. */
export function closePayload(code: number, reason = ''): Buffer {
  const payload = Buffer.alloc(2 + Buffer.byteLength(reason))
  payload.writeUInt16BE(code)
  payload.write(reason, 2)
  return payload
}
