// The WebSocket transport (protocol §4): from the upgrade to a session, and from messages to commands. Knows no channels and
// no log.
//
// Who asks for an upgrade is looked at before the plugin gets it: what is refused never becomes a WebSocket, and no frame
// arrives unheard while a token is checked.

import { EventEmitter } from 'node:events'
import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import fastifyWebSocket from '@fastify/websocket'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { WebSocket } from 'ws'
import type { Failure } from '../../shared/codes.ts'
import { ServerResponse } from '../access/node-http.ts'
import { admit } from '../core/admission.ts'
import { Commands } from '../core/commands.ts'
import { tally } from '../core/counters.ts'
import { type Farewell, sayGoodbye } from '../core/goodbye.ts'
import type { Identity } from '../core/identity.ts'
import { openConnection } from '../core/opening.ts'
import { Session } from '../core/session.ts'
import { type ConnectQuery, queryOf, readConnectQuery } from './connect-query.ts'
import type { TransportDeps } from './deps.ts'
import { checkHandshake, WEBSOCKET_VERSION } from './handshake.ts'
import { holdHead, isGone } from './socket-writer.ts'
import { pathOf, readStreamRequest, type StreamRequest, tellRefused } from './stream-request.ts'
import type { UnfinishedMessages } from './unfinished.ts'
import { DEFLATE, DEFLATE_OPTIONS, offersDeflate } from './ws-deflate.ts'
import { WebSocketLink } from './ws-link.ts'

const SUBPROTOCOL = 'twinwire.v1'

export interface WebSocketDeps extends TransportDeps {
  readonly unfinished: UnfinishedMessages
  /** Whether messages may be compressed for those who offer it. */
  readonly mayCompress: boolean
  /** Of one message from a client, with what stands around its data. */
  readonly maxMessageBytes: number
}

/** Takes an upgrade from the server; what is refused is answered. `head`: bytes that came behind the request. */
export type TakeUpgrade = (raw: IncomingMessage, socket: Socket, head: Buffer) => Promise<void>

/** Somebody who may have a WebSocket, if only to be told goodbye. */
interface Arrived {
  readonly request: StreamRequest
  readonly arrival: Arrival | Farewell
}

/**
 * Adds `GET /ws`. The scope should have no hooks of other routes: a request for a stream has passed the same checks before
 * the framework sees it.
 */
export async function registerWebSocket(app: FastifyInstance, deps: WebSocketDeps): Promise<TakeUpgrade> {
  const arrivals = new WeakMap<IncomingMessage, Arrived>()
  // All that the plugin takes of a server is its upgrades.
  const upgrades = new EventEmitter()
  await app.register(fastifyWebSocket, pluginOptions(upgrades as Server, deps))
  app.get('/ws', ROUTE, (webSocket, { raw }) => accept(webSocket, arrivals.get(raw)!, deps))
  return async (raw, socket, head) => {
    const arrived = await meet(raw, socket, deps)
    if (arrived === null) return
    arrivals.set(raw, arrived)
    narrowOffers(raw.headers)
    holdHead(socket)
    upgrades.emit('upgrade', raw, socket, head)
  }
}

function pluginOptions(server: Server, { context, mayCompress, maxMessageBytes }: WebSocketDeps) {
  return {
    errorHandler: (error: Error, webSocket: WebSocket) => {
      context.onFault(error)
      webSocket.terminate()
    },
    // Sessions have said goodbye before the server closes; the default would cut them off without a word.
    preClose: (done: () => void) => done(),
    options: {
      server,
      maxPayload: maxMessageBytes,
      perMessageDeflate: mayCompress && DEFLATE_OPTIONS,
      handleProtocols: (offers: Set<string>) => (offers.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
      clientTracking: false,
      autoPong: false,
    },
  } as const
}

const ROUTE = {
  websocket: true,
  // A HEAD is no upgrade: its answer needs the socket.
  exposeHeadRoute: false,
  // Attached, the answer that is never given would stay in memory as long as the connection.
  preHandler: (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    if (request.ws) reply.raw.detachSocket(request.raw.socket)
    done()
  },
} as const

/** Looks at who asks for an upgrade; null: there is nobody to have one, and who was refused has been told. */
async function meet(raw: IncomingMessage, socket: Socket, deps: WebSocketDeps): Promise<Arrived | null> {
  // The server listens to it no longer.
  socket.on('error', ignore)
  if (isGone(socket)) return drop(socket)
  const request = readStreamRequest(raw, deps)
  if ('code' in request) return refuse(raw, request, deps)
  const failure = refusalOf(request)
  if (failure) return refuse(raw, failure, deps)
  const arrival = await arrive(request, deps).catch((error: unknown): Farewell => {
    deps.context.onFault(error)
    return { code: 'internal', message: 'The gateway failed to let this connection in: reconnect.' }
  })
  // Once more: who it is may have taken seconds to find out.
  return isGone(socket) ? drop(socket) : { request, arrival }
}

function drop(socket: Socket): null {
  socket.destroy()
  return null
}

/** `ws` would turn away who offers only what cannot be taken; that one connects too, without compression. */
function narrowOffers(headers: IncomingMessage['headers']): void {
  const offers = headers['sec-websocket-extensions']
  if (offers === undefined) return
  if (offersDeflate(offers)) headers['sec-websocket-extensions'] = DEFLATE
  else delete headers['sec-websocket-extensions']
}

/** An error is followed by the socket's close, which is listened to. */
function ignore(): void {}

function refusalOf({ raw, url, headers }: StreamRequest): Failure | null {
  // Accepted and closed, its client would come back for ever.
  if (raw.method !== 'GET' || pathOf(url) !== '/ws')
    return { code: 'not_found', message: 'WebSockets are served at /ws.' }
  return checkHandshake(headers)
}

function refuse(raw: IncomingMessage, failure: Failure, deps: WebSocketDeps): null {
  const { intake } = deps
  if (pathOf(intake.urlOf(raw)) === '/ws') tellRefused(raw, 'websocket', failure, deps)
  const response = new ServerResponse(raw)
  response.assignSocket(raw.socket)
  response.once('finish', () => raw.socket.destroySoon())
  const isHandshake = failure.code === 'bad_request'
  intake.refuse(response, failure, isHandshake ? { 'sec-websocket-version': WEBSOCKET_VERSION } : {})
  return null
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
  return deps.door.noRoom(request) ?? { id, query, identity }
}

function accept(webSocket: WebSocket, { request, arrival }: Arrived, deps: WebSocketDeps): void {
  const { context, unfinished, unacknowledged } = deps
  const link = new WebSocketLink(webSocket, request.raw.socket, {
    address: request.ip,
    userAgent: request.headers['user-agent'],
    unacknowledged,
    counters: context.counters,
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
    commands ??= new Commands(session, context, opened)
    if (text === null) commands.end('Frames have to be text: one JSON object each.')
    else commands.receive(text)
  }
  link.onLate = () => {
    tally(context.counters.limited, 'receiveTimeout')
    session.close('timeout', 'A message did not become whole in time (limits.receiveTimeout): reconnect.')
  }
}
