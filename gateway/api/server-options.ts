// The settings of the HTTP server that the API relies on, for whoever constructs it. Knows no routes.

import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { STATUS_CODES } from '../access/node-http.ts'
import { endAfterLastAnswers } from './last-answer.ts'
import { type HttpFailure, problemOf, sendError, sendProblem, writeProblem } from './problem.ts'
import { compileQueryCheck } from './query-check.ts'

const MAX_URL_BYTES = 16 * 1024
const MAX_HEADER_BYTES = 4 * MAX_URL_BYTES

/** An answer that nobody takes, or a question that brings no byte, ends after this; streams keep their own time (R3). */
const SILENT_MS = 60_000
/** How long a connection may be idle between two requests: longer than proxies keep theirs. */
const KEEP_ALIVE_MS = 72_000
/** Late requests are looked for so many times within the time that they have. */
const LOOKS = 4
/** Sockets beside the connections: calls of the API, and those that have not said yet what they want. */
const SPARE_SOCKETS = 500

/** For the server itself. */
export const HTTP_OPTIONS = {
  // Node answers 431 when URL and headers together exceed this: room for a URL that deserves its 414, and for cookies.
  maxHeaderSize: MAX_HEADER_BYTES,
  // Node's own refusal has no body: ours says what is wrong.
  requireHostHeader: false,
  // An offer of another protocol may be ignored (RFC 9110, section 7.8): curl offers h2c and takes HTTP/1.1.
  shouldUpgradeCallback: ({ headers }: IncomingMessage) => headers.upgrade?.toLowerCase() === 'websocket',
}

/** Spread into the options of the Fastify instance. */
export const SERVER_OPTIONS = {
  // The router refuses longer parameters in its own way; the routes say better what is wrong with a long name.
  routerOptions: { maxParamLength: MAX_HEADER_BYTES },
  frameworkErrors: sendError,
  // The framework's own compilers, which are loaded when there are no others, take a tenth of the start. It types no others.
  schemaController: {
    compilersFactory: {
      buildValidator: () => compileQueryCheck as never,
      // Answers are written as they are, never cut to their schema.
      buildSerializer: () => () => JSON.stringify,
    },
  },
}

/**
 * Options that bound how long a peer may take: `receiveMs` for a request to arrive whole, from its first byte or, if
 * none comes, from the connection on. Who is late gets 408, at most a quarter of the time later.
 */
export function timeLimits(receiveMs: number) {
  return {
    requestTimeout: receiveMs,
    headersTimeout: receiveMs,
    connectionsCheckingInterval: Math.ceil(receiveMs / LOOKS),
    keepAliveTimeout: KEEP_ALIVE_MS,
  }
}

/** What options do not say: how many sockets it takes, how long one may be silent and how it ends, how `Expect` is answered. */
export function guardServer(server: Server, maxConnections: number): void {
  server.setTimeout(SILENT_MS)
  endAfterLastAnswers(server)
  server.maxConnections = maxConnections + SPARE_SOCKETS
  server.on('checkContinue', (request, response) => {
    // Behind an answer that is not finished, Node would put it between that request's own head and body.
    if (response.socket !== null) response.writeContinue()
    server.emit('request', request, response)
  })
  server.on('checkExpectation', (_request, response) => {
    const message = 'The header Expect asks for something else than 100-continue: leave it out.'
    writeProblem(response, { code: 'bad_request', status: 417, message }, {})
  })
}

/** An `onRequest` hook for the whole server: what must not go on to any route. */
export function refuseUnclear({ raw }: FastifyRequest, reply: FastifyReply, done: () => void): void {
  const failure = findUnclear(raw)
  if (failure) sendProblem(reply, failure)
  else done()
}

/** Why a request goes to no route. */
export function findUnclear({ headers, httpVersion, url = '' }: IncomingMessage): HttpFailure | null {
  // HTTP/1.1 demands it (RFC 9112, section 3.2), and origins are compared with it.
  if (headers.host === undefined && httpVersion === '1.1')
    return { code: 'bad_request', message: 'The request has no Host header; HTTP/1.1 demands one.' }
  const bytes = url.length
  if (bytes <= MAX_URL_BYTES) return null
  const message = `The URL has ${bytes} bytes; at most ${MAX_URL_BYTES} are read: ask for less at once.`
  return { code: 'too_large', status: 414, limit: 'urlBytes', message }
}

/** Why Node's parser gave up on a request, where it is not that it was none. */
const BROKEN: Readonly<Record<string, HttpFailure>> = {
  HPE_HEADER_OVERFLOW: {
    code: 'too_large',
    status: 431,
    limit: 'headerBytes',
    message: `URL and headers together have more than ${MAX_HEADER_BYTES} bytes: send fewer cookies, or a shorter URL.`,
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    code: 'timeout',
    limit: 'receiveTimeout',
    message: 'The request did not become whole in time (limits.receiveTimeout): send it faster.',
  },
}
const NO_REQUEST: HttpFailure = { code: 'bad_request', message: 'This is no request that HTTP allows.' }

/**
 * Answers what is no HTTP, and tells with what; null: with nothing. On a socket that carries an event stream nothing may be
 * answered: the bytes would stand in the middle of the stream, so it is cut, and its client comes back with its cursor.
 */
export function answerBrokenRequest(
  error: NodeJS.ErrnoException,
  socket: Socket,
  isStreaming: boolean,
): { readonly status: number; readonly failure: HttpFailure } | null {
  if (isStreaming || !socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return null
  }
  const failure = BROKEN[error.code ?? ''] ?? NO_REQUEST
  const { status, headers, body } = problemOf(failure)
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n`
  for (const [name, value] of Object.entries(headers)) head += `${name}: ${value}\r\n`
  socket.write(`${head}content-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`)
  socket.destroySoon()
  return { status, failure }
}
