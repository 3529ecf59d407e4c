// Tells operators of requests that were refused over HTTP, in the words of the answer. Knows no route.

import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Failure } from '../../shared/codes.ts'
import type { Context } from '../core/context.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** What the request was refused with, if it was: set where problems are answered. */
    refusal?: Failure
  }
}

/** What says something about who may do what; a missing channel or a misspelt member is the caller's own affair. */
const TOLD: ReadonlySet<string> = new Set(['unauthorized', 'forbidden', 'rate_limited'])
/** A dashboard that is opened asks whether somebody is signed in; failed logins are in the audit log. */
const SESSION = '/api/session'

/** Tells of each refused request once it was answered. */
export function tellRefusals(app: FastifyInstance, context: Pick<Context, 'observe' | 'clock'>): void {
  app.addHook('onResponse', (request, _reply, done) => {
    const { refusal, routeOptions } = request
    if (refusal && isTold(refusal, routeOptions.url)) tell(request, refusal, context)
    done()
  })
}

function isTold({ code }: Failure, url: string | undefined): boolean {
  if (url === undefined || url === SESSION) return false
  return TOLD.has(code)
}

function tell(
  request: FastifyRequest,
  { code, message }: Failure,
  { observe, clock }: Pick<Context, 'observe' | 'clock'>,
): void {
  const url = request.routeOptions.url!
  const user = userOf(request)
  observe({
    kind: 'refused',
    time: clock(),
    address: request.ip,
    ...(user !== undefined && { user }),
    code,
    message: `${message} (${request.method} ${url})`,
  })
}

/** The API's guard has said who calls. */
function userOf({ identity }: Partial<FastifyRequest>): string | undefined {
  return identity?.kind === 'client' || identity?.kind === 'operator' ? identity.user : undefined
}
