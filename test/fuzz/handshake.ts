// The opening of a WebSocket, as a client should write it, and its answer checked (RFC 6455, section 4). Knows no frames.

import { createHash } from 'node:crypto'
import { Finding } from './finding.ts'
import type { Wire } from './wire.ts'

const HEAD_END = '\r\n\r\n'
const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='
const ACCEPT = createHash('sha1').update(`${KEY}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')

/** The header lines that ask for an upgrade, by name, so that a case can change or drop some. */
export const UPGRADE_HEADERS: Readonly<Record<string, string>> = {
  Host: '127.0.0.1',
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': KEY,
}

/** A request to upgrade; `more` are header lines, each ended. */
export function handshake(query: string, more: string): Buffer {
  const lines = Object.entries(UPGRADE_HEADERS).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(`GET /ws${query} HTTP/1.1\r\n${lines.join('')}${more}\r\n`, 'latin1')
}

/** Takes the head of the answer to a handshake that must succeed. */
export async function takeUpgrade(wire: Wire): Promise<void> {
  while (!wire.unread.includes(HEAD_END)) {
    const hasMore = await wire.more('the answer to a handshake')
    if (!hasMore && wire.isClosed) throw new Finding('The gateway hung up on a sound handshake', wire.sent)
  }
  const head = wire.take(wire.unread.indexOf(HEAD_END) + HEAD_END.length).toString('latin1')
  const isUpgrade =
    head.startsWith('HTTP/1.1 101 ') && head.toLowerCase().includes(`accept: ${ACCEPT.toLowerCase()}`)
  if (!isUpgrade)
    throw new Finding(`A sound handshake was answered ${JSON.stringify(head.slice(0, 200))}`, wire.sent)
}
