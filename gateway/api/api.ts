// The HTTP API, put together: what every call passes, then the routes of each resource. Knows no implementation.

import type { FastifyInstance } from 'fastify'
import { useSchemas } from './api-scope.ts'
import { auditRoutes } from './audit.ts'
import { readBodiesAsText } from './body.ts'
import { channelRoutes } from './channels.ts'
import { connectionRoutes } from './connections.ts'
import { allowOrigins } from './cors.ts'
import type { ApiDeps } from './deps.ts'
import { eventRoutes } from './events.ts'
import { explainRoutes } from './explain.ts'
import { figureRoutes } from './figures.ts'
import { barAddresses, identifyCallers } from './guard.ts'
import { keepOutOfCaches } from './hardening.ts'
import { healthRoutes } from './health.ts'
import { keyRoutes } from './keys.ts'
import { messageRoutes } from './messages.ts'
import { metricsRoute } from './metrics.ts'
import { describeApi, openapiRoute } from './openapi.ts'
import { presenceRoutes } from './presence.ts'
import { answerErrorsWithProblems } from './problem.ts'
import { publishRoutes } from './publish.ts'
import { rulesRoute } from './rules.ts'
import { sessionRoutes } from './session.ts'
import { settingsRoute } from './settings.ts'
import { statsRoutes } from './stats.ts'
import { tokenRoutes } from './tokens.ts'
import { collectMethods, refuseOtherMethods, refuseUnknownPaths } from './unrouted.ts'

const STREAMS = ['/sse', '/ws']

/**
 * Adds `/api/…`, `/metrics`, `/healthz` and `/readyz` to a server that was made with `SERVER_OPTIONS`, and makes problem details
 * of all its errors.
 */
export async function registerApi(app: FastifyInstance, deps: ApiDeps): Promise<void> {
  answerErrorsWithProblems(app)
  await app.register(async root => {
    const described = useSchemas(root)
    await describeApi(described, deps)
    // Streams themselves leave the server before the framework sees them.
    const paths = new Map(STREAMS.map(path => [path, new Set(['GET'])]))
    collectMethods(described, paths)
    healthRoutes(described, deps.state)
    await described.register(async scope => metricsRoute(scope, deps))
    await described.register(async scope => allowOrigins(scope, deps.origins, '/sse'))
    refuseOtherMethods(described, paths)
    await described.register(async scope => addRoutes(scope, deps), { prefix: '/api' })
  })
}

async function addRoutes(scope: FastifyInstance, deps: ApiDeps): Promise<void> {
  const api = useSchemas(scope)
  keepOutOfCaches(api)
  barAddresses(api, deps.checkAddress)
  const paths = new Map<string, Set<string>>()
  collectMethods(api, paths)
  allowOrigins(api, deps.origins, '/*')
  readBodiesAsText(api, deps.limits.bodyBytes)
  openapiRoute(api)
  sessionRoutes(api, deps)
  await api.register(async guarded => {
    identifyCallers(guarded, deps)
    const routes = useSchemas(guarded)
    publishRoutes(routes, deps)
    channelRoutes(routes, deps)
    messageRoutes(routes, deps)
    presenceRoutes(routes, deps)
    connectionRoutes(routes, deps)
    keyRoutes(routes, deps)
    auditRoutes(routes, deps)
    explainRoutes(routes, deps)
    rulesRoute(routes, deps)
    tokenRoutes(routes, deps)
    eventRoutes(routes, deps)
    settingsRoute(routes, deps)
    statsRoutes(routes, deps.stats)
    figureRoutes(routes, deps.readFigures)
  })
  refuseOtherMethods(api, paths)
  refuseUnknownPaths(api)
}
