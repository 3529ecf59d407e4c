// Reads what a gateway sends on a WebSocket, and objects to every byte that RFC 6455 does not allow a server. Knows no
// commands.

import { isUtf8 } from 'node:buffer'
import { Finding } from './finding.ts'
import { CLOSE, PING, PONG, TEXT } from './frame-bytes.ts'
import type { Wire } from './wire.ts'

export interface ReceivedFrame {
  readonly opcode: number
  readonly payload: Buffer
}

/** Far beyond what the gateway sends in one frame (an answer of 512 KiB and what stands around it). */
const MAX_PAYLOAD_BYTES = 2 * 1024 * 1024

/** Takes the next whole frame off the wire; null: there is none yet. */
export function readFrame(wire: Wire): ReceivedFrame | null {
  const { unread } = wire
  if (unread.length < 2) return null
  const [first, second] = [unread[0]!, unread[1]!]
  const opcode = first & 0x0f
  const object = (what: string) => new Finding(`The gateway sent a frame ${what}`, wire.sent)
  if ((first & 0xf0) !== 0x80) throw object(`with the bits ${(first >> 4).toString(2)} instead of FIN alone`)
  if (![TEXT, CLOSE, PING, PONG].includes(opcode)) throw object(`of opcode ${opcode}`)
  if (second & 0x80) throw object('that is masked')
  const head = second === 127 ? 10 : second === 126 ? 4 : 2
  if (unread.length < head) return null
  const length =
    second === 127 ? Number(unread.readBigUInt64BE(2)) : second === 126 ? unread.readUInt16BE(2) : second
  if ((head === 4 && length <= 125) || (head === 10 && length <= 0xffff))
    throw object('whose length is too long')
  if (length > MAX_PAYLOAD_BYTES) throw object(`of ${length} bytes`)
  if (opcode >= CLOSE && length > 125) throw object(`of control with ${length} bytes`)
  if (unread.length < head + length) return null
  wire.take(head)
  const payload = wire.take(length)
  if (opcode === TEXT && !isUtf8(payload)) throw object('of text that is not UTF-8')
  return { opcode, payload }
}
