// Where requests for streams leave the HTTP server, before the web framework sees them. Knows no sessions.

import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Failure } from '../../shared/codes.ts'
import { type SseDeps, takeEventStream } from './sse.ts'
import { pathOf, readStreamRequest, tellRefused } from './stream-request.ts'
import type { StreamSockets } from './stream-sockets.ts'
import type { TakeUpgrade, WebSocketDeps } from './websocket.ts'

/** The requests under way on a socket. */
export interface UnderWay {
  /** Counts a request; false: it is one too many, and its socket was cut off. */
  begin(request: IncomingMessage): boolean
  /** A request was answered. */
  end(request: IncomingMessage): void
  has(socket: object): boolean
}

export interface StreamsDeps extends SseDeps, WebSocketDeps {
  readonly sockets: StreamSockets
  readonly underWay: UnderWay
}

/** A listener for the server's requests that takes those for streams, and leaves all others to `next`. */
export function takeStreams(deps: StreamsDeps, next: RequestListener): RequestListener {
  const { intake, sockets, underWay } = deps
  return (request, response) => {
    const path = request.method === 'GET' ? pathOf(intake.urlOf(request)) : ''
    if (sockets.has(request.socket)) passOver(request, underWay)
    else if (path === '/sse') {
      sockets.add(request.socket)
      void takeEventStream(request, response, deps)
    } else if (path === '/ws') refuseWithoutUpgrade(request, response, deps)
    else next(request, response)
  }
}

/** A stream is the last answer on its socket: what a client pipelines behind the request is not carried out. */
function passOver(request: IncomingMessage, underWay: UnderWay): void {
  if (underWay.begin(request)) request.resume()
}

/** Hands the server's upgrades over. */
export function takeUpgrades(
  server: Server,
  { sockets, underWay }: Pick<StreamsDeps, 'sockets' | 'underWay'>,
  take: TakeUpgrade,
): void {
  server.on('upgrade', (request, socket, head) => {
    // Behind an answer that is not finished, this one would get in between.
    if (sockets.has(socket) || underWay.has(socket)) socket.destroy()
    else void take(request, socket as Socket, head)
  })
}

const NO_UPGRADE: Failure = {
  code: 'bad_request',
  message: 'This address speaks WebSocket: open it with new WebSocket(…), or use /sse for an EventSource.',
}

function refuseWithoutUpgrade(request: IncomingMessage, response: ServerResponse, deps: StreamsDeps): void {
  if (!deps.underWay.begin(request)) return
  const read = readStreamRequest(request, deps)
  const failure = 'code' in read ? read : NO_UPGRADE
  tellRefused(request, 'websocket', failure, deps)
  // Nothing has become of a stream: what is pipelined behind the request is answered like anything else.
  response.once('finish', () => deps.underWay.end(request))
  deps.intake.refuse(response, failure, { connection: response.shouldKeepAlive ? 'keep-alive' : 'close' })
}
