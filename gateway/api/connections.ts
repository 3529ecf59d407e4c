// `/api/connections` and `/api/users/{user}/connections`: list, look at and disconnect. Knows no transport.

import { note } from './actor.ts'
import type { ApiScope } from './api-scope.ts'
import { CONNECTION_DETAIL, CONNECTION_PAGE, CONNECTIONS_QUERY } from './connection-schema.ts'
import type { ApiDeps } from './deps.ts'
import { requireAdmin } from './guard.ts'
import { sendProblem } from './problem.ts'
import { problems } from './problem-schema.ts'
import { Type } from './schema.ts'

const REASON = 'Disconnected by an operator.'

const PARAMS = Type.Object({
  id: Type.String({ description: 'The id of the connection, from its `welcome`.' }),
})

const LIST_SCHEMA = {
  summary: 'List connections',
  description:
    'Open connections of this node, in the order they came or sorted. Pages go by `after`, which passes over nobody who stays, or by `offset`, to begin anywhere.',
  tags: ['connections'],
  querystring: CONNECTIONS_QUERY,
  response: {
    200: CONNECTION_PAGE,
    ...problems(400, 401, 403),
  },
}

const GET_SCHEMA = {
  summary: 'Look at a connection',
  tags: ['connections'],
  params: PARAMS,
  response: { 200: CONNECTION_DETAIL, ...problems(401, 403, 404) },
}

const DELETE_SCHEMA = {
  summary: 'Disconnect',
  description: 'Closes the connection with code 4410; the client does not come back by itself.',
  tags: ['connections'],
  params: PARAMS,
  querystring: Type.Object({
    reason: Type.Optional(
      Type.String({
        maxLength: 200,
        description: 'What the client and the audit log are told. Without it: by an operator.',
      }),
    ),
  }),
  response: {
    204: Type.Null({ description: 'The connection is being closed.' }),
    ...problems(400, 401, 403, 404),
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
  const listing = { schema: LIST_SCHEMA, onRequest: requireAdmin }
  api.get('/connections', listing, async ({ query }, reply) => {
    if (query.after !== undefined && (query.sort !== undefined || query.offset > 0)) {
      return sendProblem(reply, TWO_WAYS)
    }
    const { limit, ...wanted } = query
    const { connections: found, total } = await connections.find({ ...wanted, limit: limit + 1 })
    const page = found.slice(0, limit)
    const isLast = found.length <= limit || query.sort !== undefined
    return { connections: page, total, ...(isLast ? {} : { next: page.at(-1)!.id }) }
  })

  api.get('/connections/:id', { schema: GET_SCHEMA, onRequest: requireAdmin }, async (request, reply) => {
    return connections.get(request.params.id) ?? sendProblem(reply, unknown(request.params.id))
  })

  api.delete(
    '/connections/:id',
    { schema: DELETE_SCHEMA, onRequest: requireAdmin },
    async (request, reply) => {
      const { id } = request.params
      const { reason } = request.query
      const user = connections.get(id)?.user
      if (!connections.disconnect(id, reason ?? REASON)) return sendProblem(reply, unknown(id))
      const detail = [user, reason].filter(word => word !== undefined).join(': ')
      note(audit, request, 'disconnect', id, detail || undefined)
      return reply.code(204).send()
    },
  )

  const route = { schema: DELETE_USER_SCHEMA, onRequest: requireAdmin }
  api.delete('/users/:user/connections', route, async request => {
    const { user } = request.params
    forgetUser(user)
    const disconnected = connections.disconnectUser(user, REASON)
    note(
      audit,
      request,
      'disconnect_user',
      user,
      disconnected === 1 ? '1 connection' : `${disconnected} connections`,
    )
    return { disconnected }
  })
}

const TWO_WAYS = {
  code: 'bad_request',
  message: '"after" goes on in the order they came: leave out "sort" and "offset", or go on with "offset".',
} as const

function unknown(id: string) {
  return {
    code: 'not_found',
    message: `No connection ${JSON.stringify(id)} is open here; it may have closed.`,
  } as const
}
