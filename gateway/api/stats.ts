// `/api/stats`: the figures of this node. Knows not how they are counted.

import type { ApiScope } from './api-scope.ts'
import type { ApiDeps } from './deps.ts'
import { requireAdmin } from './guard.ts'
import { problems } from './problem-schema.ts'
import { Type } from './schema.ts'

const RATE = Type.Object({ total: Type.Integer(), perSecond: Type.Number() })

const STATS = Type.Object(
  {
    time: Type.Integer({ description: 'Milliseconds since 1970.' }),
    version: Type.String(),
    state: Type.Enum(['ready', 'draining', 'unavailable']),
    problem: Type.Optional(
      Type.Object(
        { message: Type.String(), time: Type.Integer({ description: 'Milliseconds since 1970.' }) },
        { description: 'The last thing that went wrong in the gateway itself, since its start.' },
      ),
    ),
    fault: Type.Optional(
      Type.Object(
        { message: Type.String(), since: Type.Integer({ description: 'Milliseconds since 1970.' }) },
        { description: 'What is wrong with the storage, while the log cannot be written.' },
      ),
    ),
    uptimeMs: Type.Integer(),
    connections: Type.Object({ websocket: Type.Integer(), sse: Type.Integer() }),
    subscriptions: Type.Integer(),
    activeChannels: Type.Integer({ description: 'Channels with a subscriber.' }),
    published: RATE,
    delivered: RATE,
    publishP99Ms: Type.Union([Type.Number(), Type.Null()], {
      description:
        '99 of 100 publishes of the last second were committed within so many milliseconds; null without publishes.',
    }),
    replay: Type.Object({ recovered: Type.Integer(), gaps: Type.Integer() }),
    disconnects: Type.Record(Type.Integer(), { description: 'Connections ended, by code.' }),
    log: Type.Object({
      epoch: Type.String(),
      head: Type.Integer(),
      messages: Type.Integer(),
      bytes: Type.Integer(),
      maxBytes: Type.Integer(),
      oldestTime: Type.Union([Type.Integer(), Type.Null()]),
    }),
    memory: Type.Object({ rssBytes: Type.Integer(), heapUsedBytes: Type.Integer() }),
    eventLoopLagMs: Type.Number({ description: 'The longest the event loop was held in the last second.' }),
  },
  { description: 'The figures of this moment.' },
)

const SCHEMA = {
  summary: 'Figures',
  description: 'Counters grow since the start; rates are of the last second.',
  tags: ['gateway'],
  response: { 200: STATS, ...problems(401, 403) },
}

export function statsRoutes(api: ApiScope, stats: ApiDeps['stats']): void {
  api.get('/stats', { schema: SCHEMA, onRequest: requireAdmin }, () => stats())
}
