// A request for a stream, before it is known who comes; and what every such request has to pass first. Knows no transport.

import type { IncomingMessage } from 'node:http'
import type { Failure } from '../../shared/codes.ts'
import type { Transport } from '../../shared/stats.ts'
import type { Visitor } from '../access/visitor.ts'
import { foreignOrigin } from './connect-query.ts'
import type { TransportDeps } from './deps.ts'

export interface StreamRequest extends Visitor {
  readonly raw: IncomingMessage
  /** Without the part that a proxy put in front. */
  readonly url: string
  readonly headers: IncomingMessage['headers']
}

/** Reads who asks, or says why the request is refused whoever that is. Only for a socket that is not gone. */
export function readStreamRequest(raw: IncomingMessage, deps: TransportDeps): StreamRequest | Failure {
  const { intake, door, origins } = deps
  const { headers } = raw
  const unfit = intake.screen(raw)
  if (unfit) return unfit
  const request = { raw, headers, url: intake.urlOf(raw), ip: intake.addressOf(raw) }
  const barred = door.bars(request)
  if (barred) return barred
  return origins.allows(headers.origin, headers.host) ? request : foreignOrigin(headers.origin)
}

/** The path of a URL, without its query. */
export function pathOf(url: string): string {
  const query = url.indexOf('?')
  return query < 0 ? url : url.slice(0, query)
}

/** Tells operators of somebody who is kept from connecting. */
export function tellRefused(
  raw: IncomingMessage,
  transport: Transport,
  { code, message }: Failure,
  { context, intake }: TransportDeps,
): void {
  const { observe, clock } = context
  observe({ kind: 'refused', time: clock(), address: intake.addressOf(raw), transport, code, message })
}
