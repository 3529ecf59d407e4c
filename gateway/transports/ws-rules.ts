// What a frame from a client must look like (RFC 6455, section 5). Pure; knows no connection.

/** Close codes for a peer that breaks the protocol (RFC 6455, section 7.4.1). */
export type Breach = 1002 | 1007 | 1009

export const OPCODES = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

const KNOWN: ReadonlySet<number> = new Set(Object.values(OPCODES))
const MAX_CONTROL_BYTES = 125
const MASK_BYTES = 4
/** Of the reserved bits, the one for compressed messages: it stands on their first frame (RFC 7692, section 6). */
export const COMPRESSED = 4

/** The head of a frame; its payload follows after `headerBytes`. */
export interface Frame {
  readonly isFinal: boolean
  /** The three bits that only extensions may use. */
  readonly reserved: number
  readonly opcode: number
  readonly isMasked: boolean
  readonly mask: readonly number[]
  readonly headerBytes: number
  readonly length: number
}

/** Reads the head of the frame that begins at an index; null while it is not whole. */
export function readFrame(bytes: Buffer, at: number): Frame | null {
  if (bytes.length < at + 2) return null
  const [first, second] = [bytes[at]!, bytes[at + 1]!]
  const isMasked = (second & 0x80) !== 0
  const short = second & 0x7f
  const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0
  const maskAt = at + 2 + lengthBytes
  const headerBytes = 2 + lengthBytes + (isMasked ? MASK_BYTES : 0)
  if (bytes.length < at + headerBytes) return null
  return {
    isFinal: (first & 0x80) !== 0,
    reserved: (first & 0x70) >> 4,
    opcode: first & 0x0f,
    isMasked,
    mask: isMasked ? [bytes[maskAt]!, bytes[maskAt + 1]!, bytes[maskAt + 2]!, bytes[maskAt + 3]!] : [],
    headerBytes,
    length: lengthBytes === 0 ? short : readLength(bytes, at + 2, lengthBytes),
  }
}

/** Numbers that a double cannot hold are far over any limit all the same. */
function readLength(bytes: Buffer, at: number, lengthBytes: 2 | 8): number {
  return lengthBytes === 2 ? bytes.readUInt16BE(at) : Number(bytes.readBigUInt64BE(at))
}

export function isControl({ opcode }: Frame): boolean {
  return opcode >= OPCODES.close
}

/** What a connection is in the middle of, and what it has negotiated. */
export interface Reading {
  /** Fragments of a message came before. */
  readonly isWithin: boolean
  readonly mayCompress: boolean
}

/** What is wrong with a frame. */
export function checkFrame(frame: Frame, { isWithin, mayCompress }: Reading): Breach | null {
  const { isFinal, reserved, opcode, isMasked, length } = frame
  const begins = opcode === OPCODES.text || opcode === OPCODES.binary
  const isAllowed = isControl(frame)
    ? isFinal && length <= MAX_CONTROL_BYTES
    : isWithin === (opcode === OPCODES.continuation)
  const isPlain = reserved === 0 || (reserved === COMPRESSED && begins && mayCompress)
  return isAllowed && isPlain && isMasked && KNOWN.has(opcode) ? null : 1002
}

/** Whether a close frame may carry a code (section 7.4). */
export function isCloseCode(code: number): boolean {
  if (code >= 3000) return code <= 4999
  return code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005 && code !== 1006
}
