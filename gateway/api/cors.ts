// Cross-origin access for the origins that are allowed, credentials included (rules H3, S2). Knows no routes.

import type { FastifyInstance } from 'fastify'
import type { Origins } from '../access/origins.ts'
import { foreignOrigin } from './guard.ts'
import { sendProblem } from './problem.ts'

/** Ten minutes: long enough to spare a preflight each call, short enough that a changed configuration is soon seen. */
const PREFLIGHT_MAX_AGE_SECONDS = 600

/** `Last-Event-ID`: what reads event streams by `fetch`, to show a token in a header, has to ask for it. */
const ALLOWED_HEADERS =
  'Authorization, Cache-Control, Content-Type, Idempotency-Key, Last-Event-ID, X-CSRF-Token'

/** Sets CORS headers on every answer of the scope to an allowed origin, and answers preflights of `url`. */
export function allowOrigins(scope: FastifyInstance, origins: Origins, url: string): void {
  scope.addHook('onRequest', (request, reply, done) => {
    reply.headers(origins.corsHeaders(request.headers.origin, request.headers.host))
    done()
  })
  scope.options(url, { schema: { hide: true } }, (request, reply) => {
    if (!reply.hasHeader('access-control-allow-origin')) {
      return sendProblem(reply, foreignOrigin(request.headers.origin))
    }
    return reply
      .code(204)
      .header('access-control-allow-methods', 'GET, POST, DELETE')
      .header('access-control-allow-headers', ALLOWED_HEADERS)
      .header('access-control-max-age', String(PREFLIGHT_MAX_AGE_SECONDS))
      .send()
  })
}
