// The WebSocket transport (protocol §4): from the upgrade to a session, and from messages to commands. Knows no channels and
// no log.
//
// Upgrades come from the server itself, past the web framework: through its router, hooks and logger one cost 220 µs, and
// its request and reply stayed in memory as long as the connection.

import { hash } from 'node:crypto'
import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Failure } from '../../shared/codes.ts'
import { admit } from '../core/admission.ts'
import { Commands } from '../core/commands.ts'
import { type Farewell, sayGoodbye } from '../core/goodbye.ts'
import type { Identity } from '../core/identity.ts'
import { openConnection } from '../core/opening.ts'
import { Session } from '../core/session.ts'
import { type ConnectQuery, queryOf, readConnectQuery } from './connect-query.ts'
import type { TransportDeps } from './deps.ts'
import { checkHandshake, WEBSOCKET_VERSION } from './handshake.ts'
import { isGone } from './socket-writer.ts'
import { pathOf, readStreamRequest, type StreamRequest, tellRefused } from './stream-request.ts'
import type { UnfinishedMessages } from './unfinished.ts'
import { ACCEPTED_OFFER, offersDeflate } from './ws-deflate.ts'
import { WebSocketLink } from './ws-link.ts'

const SUBPROTOCOL = 'twinwire.v1'
/** What the key of a handshake is answered with (RFC 6455, section 4.2.2). */
const ACCEPT_SALT = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

export interface WebSocketDeps extends TransportDeps {
  readonly unfinished: UnfinishedMessages
  /** Whether messages may be compressed for those who offer it. */
  readonly mayCompress: boolean
  /** Of one message from a client, with what stands around its data. */
  readonly maxMessageBytes: number
}

/** Takes an upgrade from the server; what is refused is answered. `head`: bytes that came behind the request. */
export async function takeUpgrade(
  raw: IncomingMessage,
  socket: Socket,
  head: Buffer,
  deps: WebSocketDeps,
): Promise<void> {
  // The server listens to it no longer.
  socket.on('error', ignore)
  if (isGone(socket)) return void socket.destroy()
  const request = readStreamRequest(raw, deps)
  if ('code' in request) return refuse(raw, request, deps)
  const failure = refusalOf(request)
  if (failure) return refuse(raw, failure, deps)
  const arrival = await arrive(request, deps).catch((error: unknown): Farewell => {
    deps.context.onFault(error)
    return { code: 'internal', message: 'The gateway failed to let this connection in: reconnect.' }
  })
  // Once more: who it is may have taken seconds to find out.
  if (isGone(socket)) return void socket.destroy()
  socket.setTimeout(0)
  socket.setNoDelay()
  if (head.length > 0) socket.unshift(head)
  accept(request, arrival, deps)
}

/** An error is followed by the socket's close, which is listened to. */
function ignore(): void {}

function refusalOf({ raw, url, headers }: StreamRequest): Failure | null {
  // Accepted and closed, its client would come back for ever.
  if (raw.method !== 'GET' || pathOf(url) !== '/ws')
    return { code: 'not_found', message: 'WebSockets are served at /ws.' }
  return checkHandshake(headers)
}

function refuse(raw: IncomingMessage, failure: Failure, deps: WebSocketDeps): void {
  const { intake } = deps
  if (pathOf(intake.urlOf(raw)) === '/ws') tellRefused(raw, 'websocket', failure, deps)
  const response = new ServerResponse(raw)
  response.assignSocket(raw.socket)
  response.once('finish', () => raw.socket.destroySoon())
  const isHandshake = failure.code === 'bad_request'
  intake.refuse(response, failure, isHandshake ? { 'sec-websocket-version': WEBSOCKET_VERSION } : {})
}

function acceptance({ headers }: StreamRequest, isCompressed: boolean): string {
  const accept = hash('sha1', `${headers['sec-websocket-key']}${ACCEPT_SALT}`, 'base64')
  const offers = headers['sec-websocket-protocol']?.split(',').map(offer => offer.trim())
  const chosen = offers?.includes(SUBPROTOCOL) ? [`Sec-WebSocket-Protocol: ${SUBPROTOCOL}`] : []
  return [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${accept}`,
    ...chosen,
    ...(isCompressed ? [`Sec-WebSocket-Extensions: ${ACCEPTED_OFFER}`] : []),
    '\r\n',
  ].join('\r\n')
}

/** A connection before its upgrade: who comes, and for what. */
interface Arrival {
  readonly id: string
  readonly query: ConnectQuery
  readonly identity: Identity
}

/** Finds out who comes, if anybody is taken at all: before the upgrade, so that no frame arrives unheard meanwhile. */
async function arrive(request: StreamRequest, deps: WebSocketDeps): Promise<Arrival | Farewell> {
  const { raw, ip, url } = request
  const away = deps.door.turnAway(request)
  if (away) return away
  const query = readConnectQuery(queryOf(url))
  const id = deps.context.connections.nextId(deps.idSuffix)
  const channels = 'code' in query ? [] : query.channels
  const identity = await deps.identify(raw, { connection: id, ip, transport: 'websocket', channels })
  if ('code' in identity) return identity
  if ('code' in query) return query
  return deps.door.noRoom() ?? { id, query, identity }
}

function accept(request: StreamRequest, arrival: Arrival | Farewell, deps: WebSocketDeps): void {
  const { context, unfinished, unacknowledged, maxMessageBytes } = deps
  const isCompressed = deps.mayCompress && offersDeflate(request.headers['sec-websocket-extensions'])
  const link = new WebSocketLink(request.raw.socket, {
    acceptance: acceptance(request, isCompressed),
    isCompressed,
    address: request.ip,
    userAgent: request.headers['user-agent'],
    unacknowledged,
    maxMessageBytes,
  })
  if ('code' in arrival) {
    sayGoodbye(link, arrival, context)
    return
  }
  const { id, query, identity } = arrival
  const session = new Session({ id, link, identity, sender: query.sender }, context)
  link.listener = session
  session.onEnd = () => unfinished.unwatch(link)
  unfinished.watch(link)
  const admission = admit(query.channels, identity, context)
  hear(link, session, openConnection(session, { admission, resume: query }, context), deps)
}

/** From now on messages are commands. Most connections never send one, and hold nothing for it. */
function hear(
  link: WebSocketLink,
  session: Session,
  opened: Promise<void>,
  { context }: WebSocketDeps,
): void {
  let commands: Commands | null = null
  link.onMessage = text => {
    if (text === null) return session.close('bad_request', 'Frames have to be text: one JSON object each.')
    commands ??= new Commands(session, context, opened)
    commands.receive(text)
  }
  link.onLate = () => {
    session.close('timeout', 'A message did not become whole in time (limits.receiveTimeout): reconnect.')
  }
}
