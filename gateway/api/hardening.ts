// What holds for every answer and every request, whatever its route: headers that keep browsers from guessing, and pages
// that only pretend to be this gateway's own. Knows no routes.

import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { Failure } from '../../shared/codes.ts'
import type { Complain } from '../access/complaints.ts'
import { isLoopback } from '../access/origins.ts'
import type { Config } from '../config/config.ts'
import { sendProblem } from './problem.ts'

/** Half a year: browsers that were here by https do not try http again. */
const HSTS = 'max-age=15552000'

export type HardeningConfig = Pick<Config, 'host' | 'origins' | 'publicUrl' | 'tls'>

/** Adds the hook; it has to come before every other that may answer. `complain` takes a sentence for the log. */
export function harden(app: FastifyInstance, config: HardeningConfig, complain: Complain): void {
  const headers = hardeningHeaders(config)
  const findPretence = createPretenceCheck(config, complain)
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers)
    const pretence = findPretence(request.headers)
    if (pretence) sendProblem(reply, pretence)
    else done()
  })
}

/** Answers of the API are for who asked: a cache that goes by the URL would hand them to whoever asks next. */
export const UNCACHED = { 'cache-control': 'no-store' }

/** Sets it on every answer of a scope. */
export function keepOutOfCaches(api: FastifyInstance): void {
  api.addHook('onRequest', (_request, reply, done) => {
    reply.headers(UNCACHED)
    done()
  })
}

/** What stands on every answer. */
export function hardeningHeaders({ tls }: Pick<Config, 'tls'>): Record<string, string> {
  return {
    'x-content-type-options': 'nosniff',
    // Behind a proxy the host belongs to whoever runs that: it decides about https for all of it.
    ...(tls !== undefined && { 'strict-transport-security': HSTS }),
  }
}

/**
 * DNS rebinding: a host name can be made to point to 127.0.0.1 of whoever visits its pages, and these then look like the
 * gateway's own, because Origin and Host agree. But only a proxy reaches a loopback address by another name than its own,
 * and the name that people use for that stands in `publicUrl` or `origins`. Programs, which send no Origin, may use any.
 */
export function createPretenceCheck(
  { host: listens, origins, publicUrl }: Omit<HardeningConfig, 'tls'>,
  complain: Complain,
): (headers: IncomingHttpHeaders) => Failure | null {
  if (!isLoopback(listens) || origins.includes('*')) return () => null
  const known = new Set(origins)
  if (publicUrl !== undefined) known.add(new URL(publicUrl).origin)
  return ({ origin, host = '' }) => {
    if (origin === undefined || known.has(origin.toLowerCase())) return null
    const name = URL.parse(`http://${host}`)?.hostname ?? ''
    if (isLoopback(name)) return null
    const message = pretence(host)
    complain(message)
    return { code: 'forbidden', message }
  }
}

function pretence(host: string): string {
  const name = JSON.stringify(host.slice(0, 200))
  return `A page asks the gateway by the name ${name}, and it listens on loopback: if a proxy serves it under that name, set publicUrl to the address that people use.`
}
