// The settings of the HTTP server that the API relies on, for whoever constructs it. Knows no routes.

import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { sendError, sendProblem } from './problem.ts'

const MAX_URL_BYTES = 16 * 1024
const MAX_HEADER_BYTES = 4 * MAX_URL_BYTES

/** Spread into the options of the Fastify instance. */
export const SERVER_OPTIONS = {
  // Node answers 431 when URL and headers together exceed this: room for a URL that deserves its 414, and for cookies.
  http: { maxHeaderSize: MAX_HEADER_BYTES },
  // The router refuses longer parameters in its own way; the routes say better what is wrong with a long name.
  routerOptions: { maxParamLength: MAX_HEADER_BYTES },
  frameworkErrors: sendError,
}

/** An `onRequest` hook for the whole server. */
export function refuseLongUrl(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
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
  const problem = {
    type: 'about:blank',
    title,
    status,
    detail: `${title}: this is no request that HTTP allows.`,
    code: 'bad_request',
  }
  const body = JSON.stringify(problem)
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}
