// The SSE transport (protocol §5): a plain EventSource as a session. Knows no channels and no log.

import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { CODES, type Code, type Failure } from '../../shared/codes.ts'
import { type Admission, admit } from '../core/admission.ts'
import { type Farewell, sayGoodbye } from '../core/goodbye.ts'
import type { Identity } from '../core/identity.ts'
import type { Link, LinkListener, Taken } from '../core/link.ts'
import { openConnection } from '../core/opening.ts'
import { Session } from '../core/session.ts'
import { startTimer } from '../core/timer.ts'
import { type ConnectQuery, foreignOrigin, queryOf, readConnectQuery } from './connect-query.ts'
import type { TransportDeps } from './deps.ts'
import { isGone, SocketWriter } from './socket-writer.ts'
import { encodeRetry, STOP_PREFIX, sseEncoder } from './sse-frame.ts'
import type { StreamSockets } from './stream-sockets.ts'

/** Reconnects of many clients spread over this second (rule S2). */
const RETRY_MS = 2000
const RETRY_JITTER_MS = 1000
/** Lifetimes differ by this part, so that streams that began together do not end together (rule S9). */
const LIFETIME_JITTER = 0.1

export interface SseDeps extends TransportDeps {
  readonly maxLifetimeMs: number
  readonly streams: StreamSockets
}

/** Adds `GET /sse`. */
export function registerSse(app: FastifyInstance, deps: SseDeps): void {
  const { streams } = deps
  // A stream is the last answer on its socket: what a client pipelines behind the request is not carried out.
  app.addHook('onRequest', (request, reply, done) => {
    if (streams.has(request.raw.socket)) reply.hijack()
    else done()
  })
  app.route({
    method: 'GET',
    url: '/sse',
    exposeHeadRoute: false,
    schema: { hide: true },
    onRequest: (request, reply, done) => {
      streams.add(request.raw.socket)
      reply.header('connection', 'close')
      done()
    },
    handler: async (request, reply) => {
      if (isGone(request.raw.socket)) return reply.hijack()
      const { origin, host } = request.headers
      reply.headers(deps.origins.corsHeaders(origin, host))
      const stream = await prepare(request, deps)
      if (stream === 'stopped') return reply.code(204).send()
      const isPassing = 'code' in stream && CODES[stream.code].reconnect
      if ('code' in stream && !isPassing) return deps.refuse(reply, stream)
      // Pipelined behind an answer that is not finished, the stream would get in between.
      if (reply.raw.socket === null) return deps.refuse(reply, PIPELINED)
      // Once more: who it is may have taken seconds to find out.
      if (isGone(request.raw.socket)) {
        request.raw.socket.destroy()
        return reply.hijack()
      }
      accept(request, reply, stream, deps)
      return reply
    },
  })
}

const PIPELINED: Failure = {
  code: 'bad_request',
  message: 'A stream must be asked for on a connection without other requests under way.',
}

interface Stream {
  readonly id: string
  readonly identity: Identity
  readonly query: ConnectQuery
  readonly admission: Admission
}

/** Everything that can be refused: with a status what is final, in the stream what passes (rule S5). */
async function prepare(request: FastifyRequest, deps: SseDeps): Promise<Stream | Farewell | 'stopped'> {
  const { raw, headers, ip } = request
  const barred = deps.door.bars(request)
  if (barred) return barred
  if (!deps.origins.allows(headers.origin, headers.host)) return foreignOrigin(headers.origin)
  const read = readConnectQuery(queryOf(raw.url))
  if ('code' in read) return read
  const lastEventId = headers['last-event-id']
  const since = typeof lastEventId === 'string' && lastEventId !== '' ? lastEventId : read.since
  if (since?.startsWith(STOP_PREFIX)) return 'stopped'
  const query = { ...read, since }
  const away = deps.door.turnAway(request)
  if (away) return away
  const id = deps.context.connections.nextId(deps.idSuffix)
  const visit = { connection: id, ip, transport: 'sse', channels: query.channels } as const
  const identity = await deps.identify(raw, visit)
  if ('code' in identity) return identity
  const admission = admit(query.channels, identity, deps.context)
  return refusalOf(query, identity, admission) ?? deps.door.noRoom() ?? { id, identity, query, admission }
}

/** Why a stream would carry nothing that was asked for (rules S1, S8). */
function refusalOf(query: ConnectQuery, identity: Identity, { refused }: Admission): Failure | null {
  const hasUser = identity.kind === 'client' && identity.user !== undefined
  if (query.channels.length === 0) {
    if (hasUser) return null
    return { code: 'bad_request', message: 'Name the channels to receive: /sse?channels=a,b.' }
  }
  if (refused.length < query.channels.length) return null
  const { code, message } = refused[0]!.failure
  return { code: code === 'bad_request' || code === 'unauthorized' ? code : 'forbidden', message }
}

function accept(
  request: FastifyRequest,
  reply: FastifyReply,
  stream: Stream | Farewell,
  deps: SseDeps,
): void {
  const { context, random } = deps
  reply.hijack()
  begin(reply.raw, reply.getHeaders(), encodeRetry(RETRY_MS + random() * RETRY_JITTER_MS))
  const link = new SseLink(request, deps)
  if ('code' in stream) {
    sayGoodbye(link, stream, context)
    return
  }
  const { id, identity, query, admission } = stream
  const session = new Session({ id, link, identity, sender: query.sender }, context)
  link.listener = session
  const lifetimeMs = deps.maxLifetimeMs * (1 + LIFETIME_JITTER * (2 * random() - 1))
  session.onEnd = startTimer(lifetimeMs, () => {
    session.close('timeout', 'The stream reached its lifetime: reconnect with the last id.')
  })
  void openConnection(session, { admission, resume: query }, context)
}

/** Sends the head; after it, bytes go to the socket as they are, neither chunked nor with a length. */
function begin(response: ServerResponse, headers: Record<string, unknown>, retry: string): void {
  response.shouldKeepAlive = false
  // A stream has its own measures of a silent peer (rules R3, W5).
  response.socket?.setTimeout(0)
  response.useChunkedEncodingByDefault = false
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value as string)
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  })
  response.write(retry)
}

class SseLink implements Link {
  readonly transport = 'sse'
  readonly encoder = sseEncoder
  /** A reader of events never answers: only bytes that nobody takes show that it is gone (rule W5). */
  readonly answersHeartbeats = false
  readonly roundTripMs = null
  readonly address: string
  readonly userAgent: string | undefined
  listener: LinkListener | null = null
  readonly #socket: Socket
  readonly #writer: SocketWriter

  constructor(request: FastifyRequest, { unacknowledged }: Pick<TransportDeps, 'unacknowledged'>) {
    this.#socket = request.raw.socket
    this.#writer = new SocketWriter(this.#socket, unacknowledged, () => this.listener?.onDrained())
    this.#socket.once('close', () => this.listener?.onClosed())
    this.address = request.ip
    this.userAgent = request.headers['user-agent']
  }

  write(chunk: Buffer): boolean {
    return this.#writer.write(chunk)
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

  noteBeat(): void {}

  pauseReading(): void {}

  resumeReading(): void {}

  end(code: Code): void {
    this.#socket.end()
    this.#writer.cutAfterGrace(code)
  }
}
