// Who calls, and whether the call is open to them: hooks in front of the routes. Knows no tokens and no route's work.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Failure } from '../../shared/codes.ts'
import { findCookie, findCredential, SESSION_COOKIE } from '../access/credentials.ts'
import { isNobody, refuseViewer } from '../access/grants.ts'
import { isSameText } from '../access/passwords.ts'
import type { Identity } from '../core/identity.ts'
import { checkEnd } from '../core/identity-end.ts'
import type { ApiDeps } from './deps.ts'
import { sendProblem } from './problem.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by `identifyCallers`. */
    identity: Identity
  }
  interface FastifyContextConfig {
    /** A question too long for a query, and so a POST: whoever only looks may ask it. */
    changesNothing?: boolean
  }
}

type Callers = Pick<ApiDeps, 'identify' | 'operators' | 'origins'>

/** Refuses what comes from an address that may not use the API, before anything else is looked at. */
export function barAddresses(api: FastifyInstance, check: ApiDeps['checkAddress']): void {
  api.addHook('onRequest', (request, reply, done) => {
    const refused = check(request.ip)
    if (refused) sendProblem(reply, refused)
    else done()
  })
}

/** Identifies the caller of every route of this scope before its body is read, so that strangers cannot send large ones. */
export function identifyCallers(api: FastifyInstance, deps: Callers): void {
  api.decorateRequest('identity')
  api.addHook('onRequest', async (request, reply) => {
    const visit = { connection: null, ip: request.ip, transport: 'http', channels: [] } as const
    const identity = await deps.identify(request.raw, visit)
    if ('code' in identity) return sendProblem(reply, identity)
    const forged = refuseForgery(request, identity, deps)
    if (forged) return sendProblem(reply, forged)
    const changes = isWrite(request) && !request.routeOptions.config.changesNothing
    if (changes && identity.kind === 'operator' && identity.role === 'viewer')
      return sendProblem(reply, refuseViewer(identity.user))
    request.identity = identity
  })
  // A body may take its time: a key that is revoked meanwhile must not carry out what it asked for before.
  api.addHook('preHandler', async (request, reply) => {
    const ended = checkEnd(request.identity)
    if (ended) return sendProblem(reply, ended)
  })
}

function isWrite({ method }: FastifyRequest): boolean {
  return method !== 'GET' && method !== 'HEAD'
}

/**
 * Browsers send cookies by themselves, whatever page makes the request (CSRF). So a write without an Authorization
 * header must come from an allowed origin, and one with an operator's cookie prove that its page knows the session.
 */
function refuseForgery(
  request: FastifyRequest,
  identity: Identity,
  { operators, origins }: Callers,
): Failure | null {
  const { headers } = request
  if (!isWrite(request)) return null
  // A header that scripts have to set; `Basic`, which browsers send by themselves, is no credential here.
  if (findCredential(request.raw)?.source === 'authorization') return null
  if (!origins.allows(headers.origin, headers.host)) return foreignOrigin(headers.origin)
  return identity.kind === 'operator' ? checkCsrf(request, operators) : null
}

/** Refuses a write with a session's cookie that lacks the session's CSRF token. */
export function checkCsrf({ headers }: FastifyRequest, operators: Callers['operators']): Failure | null {
  const session = operators.session(findCookie(headers.cookie, SESSION_COOKIE) ?? '')
  if (session && isSameText(String(headers['x-csrf-token'] ?? ''), session.csrf)) return null
  return {
    code: 'forbidden',
    message: 'Writes with a session cookie need the header X-CSRF-Token; GET /api/session gives its value.',
  }
}

/** What a page of an origin that is not allowed is told. */
export function foreignOrigin(origin = 'no origin'): Failure {
  return {
    code: 'forbidden',
    message: `Requests from pages of ${origin} are not allowed; name it in "origins" of the gateway's configuration.`,
  }
}

/** An `onRequest` hook for routes that need an admin key or an operator. */
export async function requireAdmin(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { identity } = request
  if (identity.kind === 'operator' || (identity.kind === 'key' && identity.admin)) return
  return sendProblem(reply, missing(identity, '"admin: true"'))
}

/** An `onRequest` hook for routes that read about all channels: a key that may read, or an operator. */
export async function requireReader(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { identity } = request
  if (identity.kind === 'operator' || (identity.kind === 'key' && (identity.read || identity.admin))) return
  return sendProblem(reply, missing(identity, '"read: true"'))
}

function missing(identity: Identity, scope: string): Failure {
  const remedy = `use an API key with ${scope}, or an operator's session`
  if (isNobody(identity)) return { code: 'unauthorized', message: `This call needs a credential: ${remedy}.` }
  const who = identity.kind === 'key' ? `The API key "${identity.name}"` : 'A client token'
  return { code: 'forbidden', message: `${who} does not allow this call: ${remedy}.` }
}
