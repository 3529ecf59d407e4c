// Cross-origin access to the API for the origins that are allowed, credentials included (rule H3). Knows no routes.

import type { FastifyInstance } from 'fastify'
import type { Origins } from '../access/origins.ts'
import { foreignOrigin } from './guard.ts'
import { sendProblem } from './problem.ts'

/** Ten minutes: long enough to spare a preflight each call, short enough that a changed configuration is soon seen. */
const PREFLIGHT_MAX_AGE_SECONDS = 600

/** Sets CORS headers on every answer to an allowed origin, and answers preflights. */
export function allowOrigins(api: FastifyInstance, origins: Origins): void {
  api.addHook('onRequest', (request, reply, done) => {
    reply.headers(origins.corsHeaders(request.headers.origin, request.headers.host))
    done()
  })
  api.options('/*', { schema: { hide: true } }, (request, reply) => {
    if (!reply.hasHeader('access-control-allow-origin')) {
      return sendProblem(reply, foreignOrigin(request.headers.origin))
    }
    return reply
      .code(204)
      .header('access-control-allow-methods', 'GET, POST, DELETE')
      .header('access-control-allow-headers', 'Authorization, Content-Type, Idempotency-Key, X-CSRF-Token')
      .header('access-control-max-age', String(PREFLIGHT_MAX_AGE_SECONDS))
      .send()
  })
}
