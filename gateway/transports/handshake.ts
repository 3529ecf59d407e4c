// What a request for a WebSocket must hold (RFC 6455, section 4.2.1), checked before the upgrade so that a refusal is a
// problem like any other. Knows no sockets.

import type { IncomingHttpHeaders } from 'node:http'
import type { Failure } from '../../shared/codes.ts'

export const WEBSOCKET_VERSION = '13'

/** 16 bytes in base64. */
const KEY = /^[+/0-9A-Za-z]{22}==$/
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/** Why a handshake cannot be accepted; null: it can. */
export function checkHandshake(headers: IncomingHttpHeaders): Failure | null {
  if (headers.upgrade?.toLowerCase() !== 'websocket') return bad('Upgrade', 'must be "websocket" alone')
  if (headers['sec-websocket-version'] !== WEBSOCKET_VERSION)
    return bad('Sec-WebSocket-Version', `must be ${WEBSOCKET_VERSION}`)
  if (!KEY.test(headers['sec-websocket-key'] ?? ''))
    return bad('Sec-WebSocket-Key', 'must hold 16 bytes in base64')
  const offers = headers['sec-websocket-protocol']?.split(',').map(offer => offer.trim()) ?? []
  const isList = offers.every(offer => TOKEN.test(offer)) && new Set(offers).size === offers.length
  return isList ? null : bad('Sec-WebSocket-Protocol', 'must be a list of different names')
}

function bad(header: string, demand: string): Failure {
  return { code: 'bad_request', message: `This is no WebSocket handshake: ${header} ${demand}.` }
}
