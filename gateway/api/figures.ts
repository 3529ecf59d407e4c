// `/api/figures`: the figures of the last hours, as charts draw them. Knows not where they are kept.

import type { FigurePoint } from '../core/figure-store.ts'
import type { ApiScope } from './api-scope.ts'
import type { ApiDeps } from './deps.ts'
import { requireAdmin } from './guard.ts'
import { problems } from './problem-schema.ts'
import { Type } from './schema.ts'

const QUERY = Type.Object({
  step: Type.Integer({
    enum: [1, 60],
    default: 1,
    description: 'Seconds between two points: 1 reaches back 15 minutes, 60 a day.',
  }),
  from: Type.Integer({
    minimum: 0,
    default: 0,
    description: 'Only points from this time on, in milliseconds since 1970.',
  }),
})

const whole = (description: string) => Type.Array(Type.Integer(), { description })
const some = (description: string) => Type.Array(Type.Union([Type.Number(), Type.Null()]), { description })

const FIGURES = Type.Object(
  {
    step: Type.Integer({ description: 'Seconds.' }),
    time: whole(
      'The times of the points, in milliseconds since 1970; every other list has a value for each.',
    ),
    websocket: whole('Connections by WebSocket.'),
    sse: whole('Connections by SSE.'),
    published: Type.Array(Type.Number(), { description: 'Messages taken, a second.' }),
    delivered: Type.Array(Type.Number(), { description: 'Messages sent to subscribers, a second.' }),
    publishP99Ms: some(
      '99 of 100 publishes were committed within so many milliseconds; null without publishes. Of a minute: its worst second.',
    ),
    lagMs: whole('The longest the event loop was held.'),
    rssBytes: whole('Memory of the process; of a minute: the most.'),
    logBytes: whole('Bytes of the messages kept.'),
    keptMs: some('The age of the oldest message kept; null when there is none.'),
    recovered: whole('Subscriptions resumed without loss, in this step.'),
    gaps: whole('Gaps told, in this step.'),
    disconnects: Type.Record(Type.Array(Type.Integer()), {
      description: 'Connections ended in this step, a list for each code that occurs.',
    }),
  },
  { description: 'A list for each figure, oldest first.' },
)

const SCHEMA = {
  summary: 'Figures of the last hours',
  description: 'Kept over restarts. While the gateway did not run there are no points.',
  tags: ['gateway'],
  querystring: QUERY,
  response: { 200: FIGURES, ...problems(400, 401, 403) },
}

export function figureRoutes(api: ApiScope, readFigures: ApiDeps['readFigures']): void {
  api.get('/figures', { schema: SCHEMA, onRequest: requireAdmin }, async request => {
    const { step, from } = request.query
    return toColumns(step, readFigures(step === 1 ? 1000 : 60_000, from))
  })
}

function toColumns(step: number, points: readonly FigurePoint[]) {
  const of = <Name extends keyof FigurePoint>(name: Name) => points.map(point => point[name])
  const codes = new Set(points.flatMap(({ disconnects }) => Object.keys(disconnects)))
  return {
    step,
    time: of('time'),
    websocket: of('websocket'),
    sse: of('sse'),
    published: of('published'),
    delivered: of('delivered'),
    publishP99Ms: of('publishP99Ms'),
    lagMs: of('lagMs'),
    rssBytes: of('rssBytes'),
    logBytes: of('logBytes'),
    keptMs: of('keptMs'),
    recovered: of('recovered'),
    gaps: of('gaps'),
    disconnects: Object.fromEntries(
      [...codes].map(code => [code, points.map(point => point.disconnects[code as 'closed'] ?? 0)]),
    ),
  }
}
