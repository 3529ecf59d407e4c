// The SSE transport (protocol §5): a plain EventSource as a session. Knows no channels and no log.
//
// Requests come from the server itself, past the web framework, whose request and reply would live as long as the stream.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { CODES, type Code, type Failure } from '../../shared/codes.ts'
import { type Admission, admit } from '../core/admission.ts'
import { type Farewell, sayGoodbye } from '../core/goodbye.ts'
import type { Identity } from '../core/identity.ts'
import type { Link, LinkListener, Taken } from '../core/link.ts'
import { openConnection } from '../core/opening.ts'
import { Session } from '../core/session.ts'
import { startTimer } from '../core/timer.ts'
import { type ConnectQuery, queryOf, readConnectQuery } from './connect-query.ts'
import type { TransportDeps } from './deps.ts'
import { takeSocket } from './http-socket.ts'
import { holdHead, isGone, SocketWriter } from './socket-writer.ts'
import { encodeRetry, STOP_PREFIX, sseEncoder } from './sse-frame.ts'
import { readStreamRequest, type StreamRequest, tellRefused } from './stream-request.ts'
import type { Unacknowledged } from './unacknowledged.ts'

/** Reconnects of many clients spread over this second (rule S2). */
const RETRY_MS = 2000
const RETRY_JITTER_MS = 1000
/** Lifetimes differ by this part, so that streams that began together do not end together (rule S9). */
const LIFETIME_JITTER = 0.1

export interface SseDeps extends TransportDeps {
  readonly maxLifetimeMs: number
}

/** Takes a request for an event stream from the server; what is refused is answered. */
export async function takeEventStream(
  raw: IncomingMessage,
  response: ServerResponse,
  deps: SseDeps,
): Promise<void> {
  const { socket } = raw
  if (isGone(socket)) return
  // The request has to end before the stream begins.
  raw.resume()
  const cors = deps.origins.corsHeaders(raw.headers.origin, raw.headers.host)
  const refuse = (failure: Failure): void => {
    tellRefused(raw, 'sse', failure, deps)
    deps.intake.refuse(response, failure, cors)
  }
  const request = readStreamRequest(raw, deps)
  if ('code' in request) return refuse(request)
  const stream = await prepare(request, deps).catch((error: unknown): Farewell => {
    deps.context.onFault(error)
    return { code: 'internal', message: 'The gateway failed to open this stream: reconnect.' }
  })
  if (stream === 'stopped') return stop(response, cors)
  const isPassing = 'code' in stream && CODES[stream.code].reconnect
  if ('code' in stream && !isPassing) return refuse(stream)
  // Pipelined behind an answer that is not finished, the stream would get in between.
  if (response.socket === null || !raw.complete) return refuse(PIPELINED)
  // Once more: who it is may have taken seconds to find out.
  if (isGone(socket)) return void socket.destroy()
  const link = new SseLink(takeSocket(raw, response), {
    head: headOf(cors, deps),
    address: request.ip,
    userAgent: raw.headers['user-agent'],
    unacknowledged: deps.unacknowledged,
  })
  accept(link, stream, deps)
}

/** Ends an EventSource for good (rule S5). */
function stop(response: ServerResponse, headers: Record<string, string>): void {
  response.writeHead(204, { ...headers, connection: 'close' }).end()
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
async function prepare(request: StreamRequest, deps: SseDeps): Promise<Stream | Farewell | 'stopped'> {
  const { raw, headers, ip, url } = request
  const read = readConnectQuery(queryOf(url))
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
  return (
    refusalOf(query, identity, admission) ?? deps.door.noRoom(request) ?? { id, identity, query, admission }
  )
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

function accept(link: SseLink, stream: Stream | Farewell, deps: SseDeps): void {
  const { context, random } = deps
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

const HEAD = [
  'HTTP/1.1 200 OK',
  'content-type: text/event-stream; charset=utf-8',
  'cache-control: no-cache, no-transform',
  'x-accel-buffering: no',
  'connection: close',
  '',
].join('\r\n')

/** The head of the answer, and how long to wait before the next. What follows is neither chunked nor has it a length. */
function headOf(cors: Record<string, string>, { random, intake }: SseDeps): string {
  let head = `${HEAD}date: ${new Date().toUTCString()}\r\n`
  for (const headers of [cors, intake.headers]) {
    for (const [name, value] of Object.entries(headers)) head += `${name}: ${value}\r\n`
  }
  return `${head}\r\n${encodeRetry(RETRY_MS + random() * RETRY_JITTER_MS)}`
}

interface SseLinkOptions {
  readonly head: string
  readonly address: string
  readonly userAgent: string | undefined
  readonly unacknowledged: Unacknowledged
}

/** An error is followed by the socket's close, which is listened to. */
function ignore(): void {}

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

  constructor(socket: Socket, options: SseLinkOptions) {
    this.#socket = socket
    this.#writer = new SocketWriter(socket, options.unacknowledged, () => this.listener?.onDrained())
    // A stream has its own measures of a silent peer (rules R3, W5).
    socket.setTimeout(0)
    holdHead(socket)
    socket.write(options.head, 'latin1')
    this.address = options.address
    this.userAgent = options.userAgent
    socket.on('error', ignore)
    // A stream is the last answer on its socket: nothing that comes behind the request is carried out.
    socket.on('data', () => socket.destroy())
    socket.on('end', () => this.end('unavailable'))
    socket.on('close', () => this.listener?.onClosed())
  }

  write(chunk: Buffer): boolean {
    return this.#writer.write(chunk)
  }

  writeAll(chunks: readonly Buffer[]): boolean {
    return this.#writer.writeAll(chunks)
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
