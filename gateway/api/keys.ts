// `/api/keys`: API keys listed, made and revoked while the gateway runs. Knows no hashes and no storage.

import type { Failure } from '../../shared/codes.ts'
import { readMembers } from '../../shared/json-members.ts'
import type { KeyScope } from '../core/key-store.ts'
import { actorOf } from './actor.ts'
import type { ApiScope } from './api-scope.ts'
import type { ApiDeps } from './deps.ts'
import { requireAdmin } from './guard.ts'
import { sendProblem } from './problem.ts'
import { problems } from './problem-schema.ts'
import { Type } from './schema.ts'

const SCOPE = {
  name: Type.String({ description: 'Letters, digits, - and _, at most 64.' }),
  publish: Type.Array(Type.String(), { description: 'Patterns of the channels it may publish to.' }),
  read: Type.Boolean({ description: 'May read all channels.' }),
  admin: Type.Boolean({ description: 'May do what operators do.' }),
  publishPerSecond: Type.Optional(Type.Integer({ description: 'Messages a second; without it, no rate.' })),
}

const KEY = {
  ...SCOPE,
  origin: Type.Enum(['configuration', 'records'], {
    description: 'Where it stands: in the configuration, or made at run time.',
  }),
  created: Type.Optional(Type.Integer({ description: 'Milliseconds since 1970.' })),
  createdBy: Type.Optional(Type.String()),
  lastUsed: Type.Optional(
    Type.Integer({
      description: 'Milliseconds since 1970; up to a minute is lost when the gateway is killed.',
    }),
  ),
}

const NEW_KEY = Type.Object(
  {
    name: SCOPE.name,
    publish: Type.Optional(SCOPE.publish),
    read: Type.Optional(SCOPE.read),
    admin: Type.Optional(SCOPE.admin),
    publishPerSecond: SCOPE.publishPerSecond,
  },
  {
    additionalProperties: false,
    examples: [{ name: 'shop', publish: ['orders:*'], read: false, admin: false }],
  },
)

const LIST_SCHEMA = {
  summary: 'List API keys',
  description: 'What each may do, never the key itself.',
  tags: ['keys'],
  response: {
    200: Type.Object({ keys: Type.Array(Type.Object(KEY)) }, { description: 'All keys.' }),
    ...problems(401, 403),
  },
}

const CREATE_SCHEMA = {
  summary: 'Make an API key',
  description: 'The answer is the only one that holds the key. What is left out, the key may not do.',
  tags: ['keys'],
  body: NEW_KEY,
  response: {
    201: Type.Object(
      { ...KEY, key: Type.String({ description: 'To be sent as Authorization: Bearer.' }) },
      { description: 'The key, for the only time.' },
    ),
    ...problems(400, 401, 403, 409, 503),
  },
}

const REVOKE_SCHEMA = {
  summary: 'Revoke an API key',
  description: 'Its requests are refused and its connections closed (4401) at once.',
  tags: ['keys'],
  params: Type.Object({ name: Type.String() }),
  response: { 204: Type.Null({ description: 'It is revoked.' }), ...problems(401, 403, 404, 409, 503) },
}

export function keyRoutes(api: ApiScope, { apiKeys }: Pick<ApiDeps, 'apiKeys'>): void {
  api.get('/keys', { schema: LIST_SCHEMA, onRequest: requireAdmin }, async () => ({ keys: apiKeys.list() }))

  api.post('/keys', { schema: CREATE_SCHEMA, onRequest: requireAdmin }, async (request, reply) => {
    const scope = readScope(request.body as unknown as string | undefined)
    if ('code' in scope) return sendProblem(reply, scope)
    const made = apiKeys.create(scope, { actor: actorOf(request), identity: request.identity })
    if ('code' in made) return sendProblem(reply, made)
    return reply.code(201).send({ ...made.view, key: made.key })
  })

  const route = { schema: REVOKE_SCHEMA, onRequest: requireAdmin }
  api.delete('/keys/:name', route, async (request, reply) => {
    const { name } = request.params
    const refused = apiKeys.revoke(name, { actor: actorOf(request), identity: request.identity })
    return refused ? sendProblem(reply, refused) : reply.code(204).send()
  })
}

const MEMBERS = Object.keys(SCOPE)

/** The types of the members; what they may hold is checked where keys are made. */
function readScope(text = ''): KeyScope | Failure {
  const read = readMembers(text)
  if ('code' in read) return read
  const unknown = [...read.members.keys()].find(name => !MEMBERS.includes(name))
  if (unknown !== undefined) {
    return bad(`Unknown member ${JSON.stringify(unknown)}; a key has ${MEMBERS.join(', ')}.`)
  }
  const { name, publish = [], read: mayRead = false, admin = false, publishPerSecond } = read.values
  if (typeof name !== 'string') return bad('The member "name" is missing, or no string.')
  if (!Array.isArray(publish) || publish.some(pattern => typeof pattern !== 'string'))
    return bad('The member "publish" must be an array of strings.')
  if (typeof mayRead !== 'boolean' || typeof admin !== 'boolean')
    return bad('The members "read" and "admin" must be true or false.')
  if (publishPerSecond !== undefined && typeof publishPerSecond !== 'number')
    return bad('The member "publishPerSecond" must be a number.')
  return { name, publish: publish as string[], read: mayRead, admin, publishPerSecond }
}

function bad(message: string): Failure {
  return { code: 'bad_request', message }
}
