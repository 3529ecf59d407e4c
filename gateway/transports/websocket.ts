// The WebSocket transport (protocol §4): from the upgrade to a session, and from frames to commands.
//
// `ws` parses, answers pings and closes. What we say is written to the raw socket, so that one shared buffer serves
// every connection; `ws.send` is never mixed in. Knows no channels and no log.

import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { WebSocket } from 'ws'
import { type Code, closeCode, type Failure } from '../../shared/codes.ts'
import { admit } from '../core/admission.ts'
import { Commands } from '../core/commands.ts'
import { type Farewell, sayGoodbye } from '../core/goodbye.ts'
import type { Identity } from '../core/identity.ts'
import type { Link, LinkListener, Taken } from '../core/link.ts'
import { openConnection } from '../core/opening.ts'
import { Session } from '../core/session.ts'
import { type ConnectQuery, foreignOrigin, queryOf, readConnectQuery } from './connect-query.ts'
import type { TransportDeps } from './deps.ts'
import { checkHandshake, WEBSOCKET_VERSION } from './handshake.ts'
import { isGone, SocketWriter } from './socket-writer.ts'
import type { UnfinishedMessages } from './unfinished.ts'
import { webSocketEncoder } from './ws-frame.ts'

export const SUBPROTOCOL = 'twinwire.v1'

/** A close frame has room for 125 bytes, two of them the code. */
const MAX_CLOSE_REASON_BYTES = 123

export interface WebSocketDeps extends TransportDeps {
  readonly unfinished: UnfinishedMessages
}

/** Adds `GET /ws`; the plugin `@fastify/websocket` has to be registered before. */
export function registerWebSocket(app: FastifyInstance, deps: WebSocketDeps): void {
  // Found out before the upgrade, so that no frame arrives unheard while a token is checked.
  const arrivals = new WeakMap<FastifyRequest, Arrival | Farewell>()
  // Without this, an upgrade on any other path would be accepted and closed, and its client come back for ever.
  app.addHook('onRequest', (request, reply, done) => {
    if (!request.ws || request.routeOptions.url === '/ws') done()
    else deps.refuse(reply, NOT_HERE)
  })
  app.route({
    method: 'GET',
    url: '/ws',
    exposeHeadRoute: false,
    schema: { hide: true },
    preValidation: async (request, reply) => {
      if (isGone(request.raw.socket)) {
        request.raw.socket.destroy()
        return reply.hijack()
      }
      const { origin, host } = request.headers
      const barred = deps.door.bars(request)
      if (barred) return deps.refuse(reply, barred)
      if (!deps.origins.allows(origin, host)) return deps.refuse(reply, foreignOrigin(origin))
      const broken = request.ws ? checkHandshake(request.headers) : null
      if (broken) return deps.refuse(reply.header('sec-websocket-version', WEBSOCKET_VERSION), broken)
      arrivals.set(request, await arrive(request, deps))
    },
    handler: (_request, reply) =>
      deps.refuse(reply, {
        code: 'bad_request',
        message:
          'This address speaks WebSocket: open it with new WebSocket(…), or use /sse for an EventSource.',
      }),
    wsHandler: (webSocket, request) => accept(webSocket, request, arrivals.get(request)!, deps),
  })
}

const NOT_HERE: Failure = { code: 'not_found', message: 'WebSockets are served at /ws.' }

/** A connection before its upgrade: who comes, and for what. */
interface Arrival {
  readonly id: string
  readonly query: ConnectQuery
  readonly identity: Identity
}

/** Finds out who comes, if anybody is taken at all. */
async function arrive(request: FastifyRequest, deps: TransportDeps): Promise<Arrival | Farewell> {
  const { raw, ip } = request
  const away = deps.door.turnAway(request)
  if (away) return away
  const query = readConnectQuery(queryOf(raw.url))
  const id = deps.context.connections.nextId(deps.idSuffix)
  const channels = 'code' in query ? [] : query.channels
  const identity = await deps.identify(raw, { connection: id, ip, transport: 'websocket', channels })
  if ('code' in identity) return identity
  if ('code' in query) return query
  return deps.door.noRoom() ?? { id, query, identity }
}

function accept(
  webSocket: WebSocket,
  request: FastifyRequest,
  arrival: Arrival | Farewell,
  deps: WebSocketDeps,
): void {
  // Once more: who it is may have taken seconds to find out.
  if (isGone(request.raw.socket)) {
    webSocket.terminate()
    return
  }
  const link = new WebSocketLink(webSocket, request, deps)
  const { context } = deps
  if ('code' in arrival) {
    sayGoodbye(link, arrival, context)
    return
  }
  const { id, query, identity } = arrival
  const session = new Session({ id, link, identity, sender: query.sender }, context)
  link.listener = session
  const admission = admit(query.channels, identity, context)
  const opened = openConnection(session, { admission, resume: query }, context)
  deps.unfinished.watch(webSocket, request.raw.socket, () => {
    session.close('timeout', 'A message did not become whole in time (limits.receiveTimeout): reconnect.')
  })
  const commands = new Commands(session, context, opened)
  webSocket.on('message', (data, isBinary) => {
    if (isBinary) session.close('bad_request', 'Frames have to be text: one JSON object each.')
    else commands.receive(String(data))
  })
}

class WebSocketLink implements Link {
  readonly transport = 'websocket'
  readonly encoder = webSocketEncoder
  readonly address: string
  readonly userAgent: string | undefined
  listener: LinkListener | null = null
  roundTripMs: number | null = null
  readonly #webSocket: WebSocket
  readonly #writer: SocketWriter
  /** When the first ping left that was not answered yet. */
  #pingedAt: number | null = null

  constructor(
    webSocket: WebSocket,
    request: FastifyRequest,
    { unacknowledged }: Pick<TransportDeps, 'unacknowledged'>,
  ) {
    this.#webSocket = webSocket
    this.#writer = new SocketWriter(request.raw.socket, unacknowledged, () => this.listener?.onDrained())
    webSocket.on('close', () => this.listener?.onClosed())
    webSocket.on('pong', () => this.#onPong())
    // A broken frame: `ws` closes with the code for it (1002, 1007, 1009), and waits for an answer.
    webSocket.on('error', () => this.#writer.cutAfterGrace('bad_request'))
    this.address = request.ip
    this.userAgent = request.headers['user-agent']
  }

  /** While it is not read, its answers stand unheard behind what it has sent. */
  get answersHeartbeats(): boolean {
    return !this.#webSocket.isPaused
  }

  write(chunk: Buffer): boolean {
    // Not after a close frame, which ends the stream of frames.
    return this.#webSocket.readyState === this.#webSocket.OPEN ? this.#writer.write(chunk) : true
  }

  pendingBytes(): number {
    return this.#writer.pendingBytes()
  }

  progress(): number {
    return this.#writer.progress()
  }

  taken(): Promise<Taken | null> {
    return this.#writer.taken()
  }

  noteBeat(): void {
    this.#pingedAt ??= performance.now()
  }

  /** One answer may stand for several pings (RFC 6455, section 5.5.3), and some peers send pongs that nobody asked for. */
  #onPong(): void {
    if (this.#pingedAt === null) return
    this.roundTripMs = performance.now() - this.#pingedAt
    this.#pingedAt = null
  }

  pauseReading(): void {
    this.#webSocket.pause()
  }

  resumeReading(): void {
    this.#webSocket.resume()
  }

  end(code: Code, reason: string): void {
    this.#webSocket.close(closeCode(code), shorten(reason))
    this.#writer.cutAfterGrace(code)
  }
}

/** As much of a text as a close frame has room for; the goodbye before it has all. */
function shorten(reason: string): string {
  if (Buffer.byteLength(reason) <= MAX_CLOSE_REASON_BYTES) return reason
  const cut = Buffer.from(reason).subarray(0, MAX_CLOSE_REASON_BYTES - 3)
  return `${new TextDecoder().decode(cut).replace(/\uFFFD$/, '')}…`
}
