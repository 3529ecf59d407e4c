// The settings of the HTTP server that the API relies on, for whoever constructs it. Knows no routes.

import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { sendError, sendProblem } from './problem.ts'

const MAX_URL_BYTES = 16 * 1024
const MAX_HEADER_BYTES = 4 * MAX_URL_BYTES

/** An answer that nobody takes, or a question that brings no byte, ends after this; streams keep their own time (R3). */
const SILENT_MS = 60_000
/** Late requests are looked for so many times within the time that they have. */
const LOOKS = 4
/** Sockets beside the connections: calls of the API, and those that have not said yet what they want. */
const SPARE_SOCKETS = 500
/** How long a peer has to read why it was refused, before it is hung up on. */
const REFUSED_GRACE_MS = 1000

/** Spread into the options of the Fastify instance. */
export const SERVER_OPTIONS = {
  http: {
    // Node answers 431 when URL and headers together exceed this: room for a URL that deserves its 414, and for cookies.
    maxHeaderSize: MAX_HEADER_BYTES,
    // Node's own refusal has no body: ours says what is wrong.
    requireHostHeader: false,
    // An offer of another protocol may be ignored (RFC 9110, section 7.8): curl offers h2c and takes HTTP/1.1.
    shouldUpgradeCallback: ({ headers }: IncomingMessage) => headers.upgrade?.toLowerCase() === 'websocket',
  },
  // The router refuses longer parameters in its own way; the routes say better what is wrong with a long name.
  routerOptions: { maxParamLength: MAX_HEADER_BYTES },
  frameworkErrors: sendError,
}

/**
 * Options that bound how long a peer may take: `receiveMs` for a request to arrive whole, from its first byte or, if
 * none comes, from the connection on. Who is late gets 408, at most a quarter of the time later.
 */
export function timeLimits(receiveMs: number) {
  const http = {
    ...SERVER_OPTIONS.http,
    requestTimeout: receiveMs,
    headersTimeout: receiveMs,
    connectionsCheckingInterval: Math.ceil(receiveMs / LOOKS),
  }
  return { http, requestTimeout: receiveMs, connectionTimeout: SILENT_MS }
}

/** What Fastify does not pass on to the server: how many sockets it takes, and how it answers `Expect`. */
export function guardServer(server: Server, maxConnections: number): void {
  server.maxConnections = maxConnections + SPARE_SOCKETS
  server.on('checkContinue', (request, response) => {
    // Behind an answer that is not finished, Node would put it between that request's own head and body.
    if (response.socket !== null) response.writeContinue()
    server.emit('request', request, response)
  })
  server.on('checkExpectation', (_request, response) => {
    const body = problemOf(417, 'The header Expect asks for something else than 100-continue: leave it out.')
    response.writeHead(417, { 'content-type': 'application/problem+json' }).end(body)
  })
}

/** An `onRequest` hook for the whole server: what must not go on to any route. */
export function refuseUnclear(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  // HTTP/1.1 demands it (RFC 9112, section 3.2), and origins are compared with it.
  if (request.headers.host === undefined && request.raw.httpVersion === '1.1') {
    sendProblem(reply, {
      code: 'bad_request',
      message: 'The request has no Host header; HTTP/1.1 demands one.',
    })
    return
  }
  const bytes = request.raw.url?.length ?? 0
  if (bytes > MAX_URL_BYTES) {
    const message = `The URL has ${bytes} bytes; at most ${MAX_URL_BYTES} are read.`
    sendProblem(reply, { code: 'too_large', status: 414, message })
    return
  }
  done()
}

/**
 * Answers what is no HTTP. On a socket that carries an event stream nothing may be answered: the bytes would stand in
 * the middle of the stream, so it is cut, and its client comes back with its cursor.
 */
export function answerBrokenRequest(
  error: NodeJS.ErrnoException,
  socket: Duplex,
  isStreaming: boolean,
): void {
  if (isStreaming || !socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const status =
    error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400
  const title = STATUS_CODES[status]!
  const body = problemOf(status, `${title}: this is no request that HTTP allows.`)
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
  // A peer that neither reads nor hangs up would keep the socket half open for ever.
  const timer = setTimeout(() => socket.destroy(), REFUSED_GRACE_MS).unref()
  socket.once('close', () => clearTimeout(timer))
}

function problemOf(status: number, detail: string): string {
  const code = status === 408 ? 'timeout' : 'bad_request'
  return JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status, detail, code })
}
