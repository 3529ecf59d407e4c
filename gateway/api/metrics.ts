// `/metrics`: the figures of this node for Prometheus. Knows not how they are counted.

import type { FastifyInstance } from 'fastify'
import { useSchemas } from './api-scope.ts'
import type { ApiDeps } from './deps.ts'
import { barAddresses, identifyCallers, requireReader } from './guard.ts'
import { problems } from './problem-schema.ts'

const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

const SCHEMA = {
  summary: 'Figures for Prometheus',
  description: 'Prometheus sends an API key with `read` as `authorization: { credentials: … }`.',
  tags: ['gateway'],
  response: {
    200: {
      description: 'The text format, version 0.0.4.',
      content: { 'text/plain': { schema: { type: 'string' } } },
    },
    ...problems(401, 403),
  },
}

/** Adds the route to a scope of its own: it stands outside `/api`, but is as open as what stands in it. */
export function metricsRoute(scope: FastifyInstance, deps: ApiDeps): void {
  const api = useSchemas(scope)
  barAddresses(api, deps.checkAddress)
  identifyCallers(api, deps)
  api.get('/metrics', { schema: SCHEMA, onRequest: requireReader }, async (_request, reply) => {
    const text = await deps.metrics()
    return reply.header('content-type', CONTENT_TYPE).header('cache-control', 'no-store').send(text)
  })
}
