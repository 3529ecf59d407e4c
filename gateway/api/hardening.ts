// What holds for every answer and every request, whatever its route: headers that keep browsers from guessing, and hosts
// that cannot be this gateway. Knows no routes.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isLoopback } from '../access/origins.ts'
import type { Config } from '../config/config.ts'
import { sendProblem } from './problem.ts'

/** Half a year: browsers that were here by https do not try http again. */
const HSTS = 'max-age=15552000'

export type HardeningConfig = Pick<Config, 'host' | 'origins' | 'publicUrl' | 'tls'>

/** Adds the hooks; they have to come before every other that may answer. */
export function harden(app: FastifyInstance, config: HardeningConfig): void {
  // Behind a proxy the host belongs to whoever runs that: it decides about https for all of it.
  const isHttps = config.tls !== undefined
  const isForeignHost = createHostCheck(config)
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-content-type-options', 'nosniff')
    if (isHttps) reply.header('strict-transport-security', HSTS)
    if (isForeignHost(request)) refuseHost(request, reply)
    else done()
  })
}

/**
 * DNS rebinding: a page's own host name can be made to point to 127.0.0.1 of whoever visits it, and the browser then takes
 * the gateway for the page's own origin. Nobody but a proxy reaches a loopback address by another name than its own, and
 * a proxy's name stands in `publicUrl` or `origins`. Programs, which send neither Origin nor cookies, may use any name.
 */
function createHostCheck({
  host,
  origins,
  publicUrl,
}: HardeningConfig): (request: FastifyRequest) => boolean {
  if (!isLoopback(host) || publicUrl !== undefined || origins.includes('*')) return () => false
  const hosts = new Set(origins.map(origin => URL.parse(origin)?.hostname))
  return ({ headers }) => {
    if (headers.origin === undefined && headers.cookie === undefined) return false
    const name = URL.parse(`http://${headers.host ?? ''}`)?.hostname ?? ''
    return !isLoopback(name) && !hosts.has(name) && !origins.includes(headers.origin?.toLowerCase() ?? '')
  }
}

function refuseHost({ headers }: FastifyRequest, reply: FastifyReply): void {
  const name = JSON.stringify((headers.host ?? '').slice(0, 200))
  sendProblem(reply, {
    code: 'forbidden',
    message: `The gateway listens on loopback and has no host ${name}: if a proxy serves it there, set publicUrl to the address that people use.`,
  })
}
