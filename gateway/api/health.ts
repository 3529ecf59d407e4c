// `/healthz` and `/readyz`: whether the process is up, and whether it takes traffic. Knows no routes of the API.

import type { ApiScope } from './api-scope.ts'
import type { ApiDeps } from './deps.ts'
import { sendProblem } from './problem.ts'
import { problems } from './problem-schema.ts'
import { Type } from './schema.ts'

const REASONS = {
  draining: 'The gateway is shutting down; connect to another, or wait for the next start.',
  unavailable:
    'The log cannot be written; the gateway tries again by itself, and tells operators why (its output, or fault in /api/stats).',
} as const

export function healthRoutes(scope: ApiScope, state: ApiDeps['state']): void {
  const healthSchema = {
    summary: 'Is the process up?',
    tags: ['health'],
    security: [],
    response: { 200: Type.Object({ status: Type.Literal('ok') }, { description: 'It is up.' }) },
  }
  scope.get('/healthz', { schema: healthSchema }, async (_request, reply) => {
    reply.header('cache-control', 'no-store')
    return { status: 'ok' as const }
  })

  const readySchema = {
    summary: 'Does it take traffic?',
    description: '503 while it drains, or cannot write the log.',
    tags: ['health'],
    security: [],
    response: {
      200: Type.Object({ status: Type.Literal('ready') }, { description: 'It does.' }),
      ...problems(503),
    },
  }
  scope.get('/readyz', { schema: readySchema }, async (_request, reply) => {
    const now = state()
    if (now !== 'ready') return sendProblem(reply, { code: 'unavailable', message: REASONS[now] })
    reply.header('cache-control', 'no-store')
    return { status: 'ready' as const }
  })
}
