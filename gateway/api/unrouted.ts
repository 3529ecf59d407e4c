// What no route takes: known paths with another method (405), and unknown paths of the API (404). Knows no route by name.

import type { HTTPMethods } from 'fastify'
import type { ApiScope } from './api-scope.ts'
import { sendProblem } from './problem.ts'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** Collects in `paths` the methods of every route that is added to the scope from now on. */
export function collectMethods(api: ApiScope, paths: Map<string, Set<string>>): void {
  api.addHook('onRoute', ({ url, method, prefix }) => {
    const path = url.slice(prefix.length)
    const methods = paths.get(path) ?? new Set()
    for (const each of [method].flat()) methods.add(each)
    paths.set(path, methods)
  })
}

/** Answers every other method of the collected paths with 405. */
export function refuseOtherMethods(scope: ApiScope, paths: ReadonlyMap<string, ReadonlySet<string>>): void {
  // A copy: the routes that are added here are collected too.
  for (const [path, known] of [...paths]) {
    if (path.includes('*')) continue
    const allow = [...known].join(', ')
    const others: HTTPMethods[] = METHODS.filter(method => !known.has(method))
    // Fastify adds HEAD to every GET but that of a stream.
    if (known.has('GET') && !known.has('HEAD')) others.push('HEAD')
    scope.route({
      method: others,
      url: path,
      schema: { hide: true },
      handler: (request, reply) => {
        const message = `${request.method} does nothing here; the methods are ${allow}.`
        return sendProblem(reply.header('allow', allow), { code: 'bad_request', status: 405, message })
      },
    })
  }
}

/** Answers every path that is not there with 404. */
export function refuseUnknownPaths(api: ApiScope): void {
  // The pages take every path that a browser may read, and would answer with the dashboard.
  for (const url of ['', '/*']) {
    api.get(url, { schema: { hide: true } }, (_request, reply) => {
      reply.callNotFound()
    })
  }
  api.setNotFoundHandler((request, reply) => {
    const message = `There is no ${request.method} ${request.url.split('?')[0]}; GET /api/openapi.json lists what there is.`
    return sendProblem(reply, { code: 'not_found', message })
  })
}
