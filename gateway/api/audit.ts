// `/api/audit`: who did what, newest first. Knows not where it is kept.

import type { AuditAction } from '../core/audit.ts'
import type { ApiScope } from './api-scope.ts'
import type { ApiDeps } from './deps.ts'
import { requireAdmin } from './guard.ts'
import { problems } from './problem-schema.ts'
import { Type } from './schema.ts'

const ACTIONS = [
  'start',
  'login',
  'login_failed',
  'login_throttled',
  'logout',
  'logout_everywhere',
  'publish',
  'purge',
  'delete_message',
  'disconnect',
  'disconnect_user',
  'key_create',
  'key_revoke',
] as const satisfies readonly AuditAction[]

const QUERY = Type.Object({
  before: Type.Optional(
    Type.Integer({ minimum: 1, description: 'Only entries before this id: `next` of the page before.' }),
  ),
  actor: Type.Optional(Type.String({ description: 'Only what this user or key did.' })),
  action: Type.Optional(Type.Enum([...ACTIONS], { description: 'Only what was done in this way.' })),
  limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100, description: 'How many at most.' }),
})

const ENTRY = Type.Object(
  {
    id: Type.Integer(),
    time: Type.Integer({ description: 'Milliseconds since 1970.' }),
    kind: Type.Enum(['operator', 'key', 'console', 'gateway', 'nobody']),
    actor: Type.String({ description: 'The name of the operator, the key, or the user of the console.' }),
    address: Type.Optional(Type.String({ description: 'Where the request came from.' })),
    action: Type.Enum([...ACTIONS]),
    target: Type.Optional(Type.String({ description: 'A channel, a connection, a user, a key.' })),
    detail: Type.Optional(Type.String()),
    count: Type.Integer({ description: 'How many times; failed logins are folded together.' }),
    lastTime: Type.Optional(Type.Integer({ description: 'The last time, if there were several.' })),
  },
  {
    examples: [
      {
        id: 17,
        time: 1767225600000,
        kind: 'operator',
        actor: 'admin',
        address: '192.0.2.7',
        action: 'purge',
        target: 'public:demo',
        count: 1,
      },
    ],
  },
)

const SCHEMA = {
  summary: 'Who did what',
  description: 'The audit log, newest first. It holds no secrets and no messages.',
  tags: ['gateway'],
  querystring: QUERY,
  response: {
    200: Type.Object(
      { entries: Type.Array(ENTRY), next: Type.Optional(Type.Integer()) },
      { description: 'A page of entries; `next` is there when older ones follow.' },
    ),
    ...problems(400, 401, 403),
  },
}

export function auditRoutes(api: ApiScope, { audit }: Pick<ApiDeps, 'audit'>): void {
  api.get('/audit', { schema: SCHEMA, onRequest: requireAdmin }, async request => {
    const { limit, ...filter } = request.query
    const found = audit.read({ ...filter, limit: limit + 1 })
    const page = found.slice(0, limit)
    return found.length > limit ? { entries: page, next: page.at(-1)!.id } : { entries: page }
  })
}
