// The settings of the HTTP server that the API relies on, for whoever constructs it. Knows no routes.

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
