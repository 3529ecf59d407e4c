// `/api/connections` and `/api/users/{user}/connections`: list, look at and disconnect. Knows no transport.

import { Type } from 'typebox'
import { note } from './actor.ts'
import type { ApiScope } from './api-scope.ts'
import type { ApiDeps } from './deps.ts'
import { requireAdmin } from './guard.ts'
import { sendProblem } from './problem.ts'
import { problems } from './problem-schema.ts'

const REASON = 'Disconnected by an operator.'

const QUERY = Type.Object({
  channel: Type.Optional(Type.String({ description: 'Only those subscribed to it.' })),
  user: Type.Optional(Type.String({ description: 'Only those of this user.' })),
  transport: Type.Optional(Type.Enum(['websocket', 'sse'])),
  after: Type.Optional(Type.String({ description: 'Only those after this id: `next` of the page before.' })),
  limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100, description: 'How many at most.' }),
})

const CONNECTION = Type.Object(
  {
    id: Type.String(),
    user: Type.Optional(Type.String()),
    kind: Type.Enum(['anonymous', 'client', 'key', 'operator']),
    transport: Type.Enum(['websocket', 'sse']),
    address: Type.String(),
    userAgent: Type.Optional(Type.String()),
    channels: Type.Array(Type.String()),
    since: Type.Integer({ description: 'When it connected, in milliseconds since 1970.' }),
    messages: Type.Integer({ description: 'Messages sent to it.' }),
    bytes: Type.Integer({ description: 'Bytes handed to its socket.' }),
    pendingBytes: Type.Integer({ description: 'Bytes that its socket has not taken yet.' }),
  },
  {
    description: 'The connection as it is now.',
    examples: [
      {
        id: 'c81f0a2e',
        user: 'ada',
        kind: 'client',
        transport: 'sse',
        address: '192.0.2.7',
        channels: ['public:demo', '@ada'],
        since: 1767225600000,
        messages: 12,
        bytes: 2048,
        pendingBytes: 0,
      },
    ],
  },
)

const PARAMS = Type.Object({
  id: Type.String({ description: 'The id of the connection, from its `welcome`.' }),
})

const LIST_SCHEMA = {
  summary: 'List connections',
  description: 'Open connections of this node, in the order they came.',
  tags: ['connections'],
  querystring: QUERY,
  response: {
    200: Type.Object(
      { connections: Type.Array(CONNECTION), next: Type.Optional(Type.String()) },
      { description: 'A page of connections; `next` is there when more follow.' },
    ),
    ...problems(400, 401, 403),
  },
}

const GET_SCHEMA = {
  summary: 'Look at a connection',
  tags: ['connections'],
  params: PARAMS,
  response: { 200: CONNECTION, ...problems(401, 403, 404) },
}

const DELETE_SCHEMA = {
  summary: 'Disconnect',
  description: 'Closes the connection with code 4410; the client does not come back by itself.',
  tags: ['connections'],
  params: PARAMS,
  response: {
    204: Type.Null({ description: 'The connection is being closed.' }),
    ...problems(401, 403, 404),
  },
}

const DELETE_USER_SCHEMA = {
  summary: 'Disconnect a user',
  description:
    'Closes all connections of a user on this node. Who comes back is asked about anew, where a hook decides.',
  tags: ['connections'],
  params: Type.Object({ user: Type.String({ description: 'The user, percent-encoded.' }) }),
  response: {
    200: Type.Object({ disconnected: Type.Integer() }, { description: 'How many there were.' }),
    ...problems(401, 403),
  },
}

export function connectionRoutes(api: ApiScope, { connections, audit, forgetUser }: ApiDeps): void {
  api.get('/connections', { schema: LIST_SCHEMA, onRequest: requireAdmin }, async request => {
    const { limit, ...filter } = request.query
    const found = connections.list({ ...filter, limit: limit + 1 })
    const page = found.slice(0, limit)
    return found.length > limit ? { connections: page, next: page.at(-1)!.id } : { connections: page }
  })

  api.get('/connections/:id', { schema: GET_SCHEMA, onRequest: requireAdmin }, async (request, reply) => {
    return connections.get(request.params.id) ?? sendProblem(reply, unknown(request.params.id))
  })

  api.delete(
    '/connections/:id',
    { schema: DELETE_SCHEMA, onRequest: requireAdmin },
    async (request, reply) => {
      const { id } = request.params
      const user = connections.get(id)?.user
      if (!connections.disconnect(id, REASON)) return sendProblem(reply, unknown(id))
      note(audit, request, 'disconnect', id, user)
      return reply.code(204).send()
    },
  )

  const route = { schema: DELETE_USER_SCHEMA, onRequest: requireAdmin }
  api.delete('/users/:user/connections', route, async request => {
    const { user } = request.params
    forgetUser(user)
    const disconnected = connections.disconnectUser(user, REASON)
    note(audit, request, 'disconnect_user', user, `${disconnected} connections`)
    return { disconnected }
  })
}

function unknown(id: string) {
  return {
    code: 'not_found',
    message: `No connection ${JSON.stringify(id)} is open here; it may have closed.`,
  } as const
}
