// What holds for every answer and every request, whatever its route: headers that keep browsers from guessing, and pages
// that only pretend to be this gateway's own. Knows no routes.

import type { FastifyInstance } from 'fastify'
import type { Complain } from '../access/complaints.ts'
import { isLoopback } from '../access/origins.ts'
import type { Config } from '../config/config.ts'
import { sendProblem } from './problem.ts'

/** Half a year: browsers that were here by https do not try http again. */
const HSTS = 'max-age=15552000'

export type HardeningConfig = Pick<Config, 'host' | 'origins' | 'publicUrl' | 'tls'>

/** Adds the hook; it has to come before every other that may answer. `complain` takes a sentence for the log. */
export function harden(app: FastifyInstance, config: HardeningConfig, complain: Complain): void {
  // Behind a proxy the host belongs to whoever runs that: it decides about https for all of it.
  const isHttps = config.tls !== undefined
  const isPretended = createPretenceCheck(config)
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-content-type-options', 'nosniff')
    if (isHttps) reply.header('strict-transport-security', HSTS)
    const { origin, host } = request.headers
    if (!isPretended(origin, host)) return done()
    const message = pretence(host)
    complain(message)
    sendProblem(reply, { code: 'forbidden', message })
  })
}

/**
 * DNS rebinding: a host name can be made to point to 127.0.0.1 of whoever visits its pages, and these then look like the
 * gateway's own, because Origin and Host agree. But only a proxy reaches a loopback address by another name than its own,
 * and the name that people use for that stands in `publicUrl` or `origins`. Programs, which send no Origin, may use any.
 */
function createPretenceCheck({
  host: listens,
  origins,
  publicUrl,
}: HardeningConfig): (origin: string | undefined, host: string | undefined) => boolean {
  if (!isLoopback(listens) || origins.includes('*')) return () => false
  const known = new Set(origins)
  if (publicUrl !== undefined) known.add(new URL(publicUrl).origin)
  return (origin, host = '') => {
    if (origin === undefined || known.has(origin.toLowerCase())) return false
    const name = URL.parse(`http://${host}`)?.hostname ?? ''
    return !isLoopback(name)
  }
}

function pretence(host = ''): string {
  const name = JSON.stringify(host.slice(0, 200))
  return `A page asks the gateway by the name ${name}, and it listens on loopback: if a proxy serves it under that name, set publicUrl to the address that people use.`
}
