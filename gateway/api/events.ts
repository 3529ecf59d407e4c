// `/api/events`: what happened on this gateway, newest first. Knows not where it is kept.

import type { Failure } from '../../shared/codes.ts'
import { EVENT_KINDS, type EventKind } from '../../shared/kept-event.ts'
import type { ApiScope } from './api-scope.ts'
import type { ApiDeps } from './deps.ts'
import { requireAdmin } from './guard.ts'
import { sendProblem } from './problem.ts'
import { problems } from './problem-schema.ts'
import { Type } from './schema.ts'

const QUERY = Type.Object({
  kind: Type.Optional(
    Type.String({
      description: `Only these kinds, separated by commas: ${EVENT_KINDS.join(', ')}.`,
      examples: ['refused,gap'],
    }),
  ),
  code: Type.Optional(
    Type.String({ description: 'Only those with this code, such as `forbidden` or `rate_limited`.' }),
  ),
  connection: Type.Optional(Type.String({ description: 'Only those of this connection.' })),
  user: Type.Optional(Type.String({ description: 'Only those of this user.' })),
  address: Type.Optional(Type.String({ description: 'Only those of this address.' })),
  channel: Type.Optional(Type.String({ description: 'Only those that name this channel.' })),
  text: Type.Optional(
    Type.String({ maxLength: 200, description: 'Only those in which this occurs somewhere.' }),
  ),
  until: Type.Optional(
    Type.Integer({
      minimum: 0,
      description: 'Only those not after this moment, in milliseconds since 1970.',
    }),
  ),
  before: Type.Optional(
    Type.Integer({ minimum: 1, description: 'Only events before this id: `next` of the page before.' }),
  ),
  limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100, description: 'How many at most.' }),
})

const EVENT = Type.Object(
  {
    id: Type.Integer(),
    time: Type.Integer({ description: 'Milliseconds since 1970.' }),
    kind: Type.Enum([...EVENT_KINDS]),
    code: Type.Optional(
      Type.String({
        description:
          "Of disconnects and refusals the protocol's code (`closed`: by the client), of gaps the reason, of the storage `failed` or `recovered`.",
      }),
    ),
    connection: Type.Optional(Type.String()),
    user: Type.Optional(Type.String()),
    address: Type.Optional(Type.String()),
    transport: Type.Optional(Type.Enum(['websocket', 'sse'])),
    channel: Type.Optional(Type.String()),
    message: Type.String({
      description: 'Of a refusal the sentence that was answered; of a connect the user agent. May be empty.',
    }),
    count: Type.Integer({
      description:
        'How often within a minute; beyond 60 lines of one kind and code, the rest is one line without who.',
    }),
    lastTime: Type.Optional(Type.Integer({ description: 'The last time, if there were several.' })),
  },
  {
    examples: [
      {
        id: 812,
        time: 1767225600000,
        kind: 'refused',
        code: 'forbidden',
        connection: '0000001a3f9c2',
        user: 'ann',
        address: '192.0.2.7',
        transport: 'websocket',
        channel: 'orders:7',
        message:
          'The rule "*" does not let this connection receive "orders:7": connect with a token whose subscribe patterns match it.',
        count: 1,
      },
    ],
  },
)

const SCHEMA = {
  summary: 'What happened',
  description:
    'Connects, disconnects, refusals, gaps, faults of the storage and starts, newest first; the same live on the channel `$events`. A page goes through 5,000 events at most: with a filter it may hold few, or none, and still have a `next`.',
  tags: ['gateway'],
  querystring: QUERY,
  response: {
    200: Type.Object(
      { events: Type.Array(EVENT), next: Type.Optional(Type.Integer()) },
      { description: 'A page of events; `next` is there when older ones are still to be looked at.' },
    ),
    ...problems(400, 401, 403),
  },
}

export function eventRoutes(api: ApiScope, { events }: Pick<ApiDeps, 'events'>): void {
  api.get('/events', { schema: SCHEMA, onRequest: requireAdmin }, async (request, reply) => {
    const { kind, ...filter } = request.query
    const kinds = readKinds(kind)
    return 'code' in kinds ? sendProblem(reply, kinds) : events.read({ ...filter, kinds })
  })
}

function readKinds(text = ''): readonly EventKind[] | Failure {
  const names = text.split(',').filter(name => name !== '')
  const unknown = names.find(name => !EVENT_KINDS.some(kind => kind === name))
  if (unknown === undefined) return names as EventKind[]
  const message = `There are no events of kind ${JSON.stringify(unknown.slice(0, 80))}; the kinds are ${EVENT_KINDS.join(', ')}.`
  return { code: 'bad_request', message }
}
