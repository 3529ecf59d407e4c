// `/api/session`: an operator signs in, looks at the session, signs out. Knows no passwords and no dashboard.

import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Failure } from '../../shared/codes.ts'
import { readMembers } from '../../shared/json-members.ts'
import { findCookie, SESSION_COOKIE } from '../access/credentials.ts'
import type { OperatorSession } from '../access/operators.ts'
import type { Actor } from '../core/audit.ts'
import { tally } from '../core/counters.ts'
import type { ApiScope } from './api-scope.ts'
import type { ApiDeps } from './deps.ts'
import { checkCsrf, foreignOrigin } from './guard.ts'
import { createLoginNotes } from './login-notes.ts'
import { sendProblem } from './problem.ts'
import { problems } from './problem-schema.ts'
import { Type } from './schema.ts'
import { subPath } from './sub-path.ts'

const SESSION = Type.Object(
  {
    user: Type.String(),
    role: Type.Enum(['operator', 'viewer'], { description: 'A viewer sees everything and changes nothing.' }),
    csrf: Type.String({ description: 'Writes with the cookie carry it in X-CSRF-Token.' }),
  },
  { description: 'The session.', examples: [{ user: 'admin', role: 'operator', csrf: 'q3Jr0mYk' }] },
)

const LOGIN = Type.Object({ user: Type.String(), password: Type.String() }, { additionalProperties: false })

const LOGIN_SCHEMA = {
  summary: 'Sign in',
  description: 'Sets the cookie twinwire_session (HttpOnly, SameSite=Strict), which the whole API accepts.',
  tags: ['session'],
  security: [],
  body: LOGIN,
  response: { 200: SESSION, ...problems(400, 401, 403, 429) },
}

const GET_SCHEMA = {
  summary: 'Look at the session',
  tags: ['session'],
  response: { 200: SESSION, ...problems(401, 403) },
}

const LOGOUT_QUERY = Type.Object({
  everywhere: Type.Optional(
    Type.Enum(['true', 'false'], { description: 'true: ends all sessions of the user, on every device.' }),
  ),
})

const LOGOUT_SCHEMA = {
  summary: 'Sign out',
  description: 'Ends the session and the streams opened with it; needs X-CSRF-Token.',
  tags: ['session'],
  querystring: LOGOUT_QUERY,
  response: { 204: Type.Null({ description: 'Signed out.' }), ...problems(400, 403) },
}

const MAX_LOGIN_BYTES = 4096

const NO_SESSION: Failure = {
  code: 'unauthorized',
  message: 'No operator is signed in, or the session has ended; sign in with POST /api/session.',
}

type SessionDeps = Pick<ApiDeps, 'operators' | 'origins' | 'publicUrl' | 'connections' | 'audit' | 'counters'>

export function sessionRoutes(api: ApiScope, deps: SessionDeps): void {
  const { operators, origins } = deps
  const noteLogin = createLoginNotes(deps)
  // A page of another port of this host is same-site: SameSite alone would let it read the CSRF token.
  const onRequest = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const { origin, host } = request.headers
    return origins.trusts(origin, host) ? undefined : sendProblem(reply, foreignOrigin(origin))
  }

  const login = { schema: LOGIN_SCHEMA, onRequest, bodyLimit: MAX_LOGIN_BYTES }
  api.post('/session', login, async (request, reply) => {
    const credentials = readCredentials(request.body as unknown as string | undefined)
    if ('code' in credentials) return sendProblem(reply, credentials)
    const session = await operators.login(credentials.user, credentials.password, request.ip)
    noteLogin(credentials.user, request.ip, session)
    if ('code' in session && session.code === 'rate_limited') tally(deps.counters.limited, 'logins')
    if ('code' in session) return sendProblem(reply, session)
    setCookie(request, reply, `${SESSION_COOKIE}=${session.id}`, deps)
    return toAnswer(session)
  })

  api.get('/session', { schema: GET_SCHEMA, onRequest }, async (request, reply) => {
    const session = operators.session(sessionId(request))
    return session ? toAnswer(session) : sendProblem(reply, NO_SESSION)
  })

  api.delete('/session', { schema: LOGOUT_SCHEMA, onRequest }, async (request, reply) => {
    const session = operators.session(sessionId(request))
    if (session) {
      const forged = checkCsrf(request, operators)
      if (forged) return sendProblem(reply, forged)
      endSession(session, request.query.everywhere === 'true', request.ip, deps)
    }
    setCookie(request, reply, `${SESSION_COOKIE}=; Max-Age=0`, deps)
    return reply.code(204).send()
  })
}

function endSession(
  { id, user }: OperatorSession,
  everywhere: boolean,
  address: string,
  { operators, connections, audit }: SessionDeps,
): void {
  const actor: Actor = { kind: 'operator', name: user, address }
  if (everywhere) {
    const count = operators.logoutEverywhere(user)
    audit.note({ actor, action: 'logout_everywhere', detail: `${count} sessions` })
  } else {
    operators.logout(id)
    audit.note({ actor, action: 'logout' })
  }
  connections.closeEnded()
}

/**
 * `Secure` wherever the browser came by https, as far as can be seen from here. Under a sub-path the cookie is not sent to
 * what else the host serves.
 */
function setCookie(
  { protocol }: FastifyRequest,
  reply: FastifyReply,
  cookie: string,
  { publicUrl }: SessionDeps,
): void {
  const isSecure = publicUrl?.startsWith('https:') || protocol === 'https'
  const path = `${subPath(publicUrl)}/`
  reply.header(
    'set-cookie',
    `${cookie}; Path=${path}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`,
  )
}

function sessionId(request: FastifyRequest): string {
  return findCookie(request.headers.cookie, SESSION_COOKIE) ?? ''
}

function toAnswer({ user, role, csrf }: OperatorSession): Pick<OperatorSession, 'user' | 'role' | 'csrf'> {
  return { user, role, csrf }
}

function readCredentials(text = ''): { user: string; password: string } | Failure {
  const read = readMembers(text)
  if ('code' in read) return read
  const { user, password, ...others } = read.values
  if (typeof user === 'string' && typeof password === 'string' && Object.keys(others).length === 0) {
    return { user, password }
  }
  return {
    code: 'bad_request',
    message: 'Signing in takes {"user": string, "password": string} and nothing else.',
  }
}
