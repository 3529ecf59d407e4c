// The route `POST /api/publish`: hands a call over, and writes its answer. Knows no log and no messages.

import type { ApiScope } from './api-scope.ts'
import { ARRAY_FACTOR } from './body.ts'
import type { ApiDeps } from './deps.ts'
import { sendProblem } from './problem.ts'
import { PUBLISH_SCHEMA } from './publish-schema.ts'

export function publishRoutes(api: ApiScope, { publish, limits }: Pick<ApiDeps, 'publish' | 'limits'>): void {
  const options = { schema: PUBLISH_SCHEMA, bodyLimit: limits.bodyBytes * ARRAY_FACTOR }
  api.post('/publish', options, async (request, reply) => {
    const { identity, ip } = request
    // The schema is only documentation: the parser has left the body as it came.
    const text = (request.body as unknown as string | undefined) ?? ''
    const outcome = await publish({ identity, ip, text, key: request.headers['idempotency-key'] })
    if (typeof outcome !== 'string') return sendProblem(reply, outcome)
    return reply.header('content-type', 'application/json').send(outcome)
  })
}
