// Tells operators of requests that were refused over HTTP, in the words of the answer, and counts limits. Knows no route.

import type { FastifyInstance } from 'fastify'
import type { Failure } from '../../shared/codes.ts'
import type { Context } from '../core/context.ts'
import { type Counters, tally } from '../core/counters.ts'
import type { Identity } from '../core/identity.ts'
import type { HttpFailure } from './problem.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** What the request was refused with, if it was: set where problems are answered. */
    refusal?: HttpFailure
  }
}

/** What says something about who may do what; a missing channel or a misspelt member is the caller's own affair. */
const TOLD: ReadonlySet<string> = new Set(['unauthorized', 'forbidden', 'rate_limited'])
/** A dashboard that is opened asks whether somebody is signed in; failed logins are in the audit log. */
const SESSION = '/api/session'

/** A request as it is told of. */
export interface Refused {
  readonly method: string
  /** The route. */
  readonly url: string | undefined
  readonly ip: string
  /** Set where the API's guard has said who calls. */
  readonly identity?: Identity | undefined
}

/** Counts the limit that a request has met, if one is why it was refused. */
export function countLimit({ limited }: Pick<Counters, 'limited'>, { limit }: HttpFailure): void {
  if (limit !== undefined) tally(limited, limit)
}

/** Tells of each refused request once it was answered. */
export function tellRefusals(
  app: FastifyInstance,
  context: Pick<Context, 'observe' | 'clock' | 'counters'>,
): void {
  app.addHook('onResponse', (request, _reply, done) => {
    const { refusal, method, ip, identity, routeOptions } = request
    if (refusal) {
      countLimit(context.counters, refusal)
      tellRefusal({ method, url: routeOptions.url, ip, identity }, refusal, context)
    }
    done()
  })
}

/** Tells of one, if it says something to operators. */
export function tellRefusal(
  { method, url, ip, identity }: Refused,
  { code, message }: Failure,
  { observe, clock }: Pick<Context, 'observe' | 'clock'>,
): void {
  if (url === undefined || url === SESSION || !TOLD.has(code)) return
  const user = userOf(identity)
  observe({
    kind: 'refused',
    time: clock(),
    address: ip,
    ...(user !== undefined && { user }),
    code,
    message: `${message} (${method} ${url})`,
  })
}

function userOf(identity: Identity | undefined): string | undefined {
  return identity?.kind === 'client' || identity?.kind === 'operator' ? identity.user : undefined
}
