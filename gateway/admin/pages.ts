// Serves what browsers load from the gateway: the dashboard's build at `/`, and the example page. Knows no API.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { sendProblem } from '../api/problem.ts'

export interface PageOptions {
  /** The folder of the dashboard's build; it may be missing. */
  readonly dashboard: string
  /** The folder of the examples. */
  readonly examples: string
  /** The path in front of all (`/realtime`) that a proxy may leave on; empty for none. */
  readonly subPath: string
}

/** Scripts and styles from this gateway only, none inline: markup that got into a page by a message stays harmless. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/** The build puts a hash of the content into the names of its assets: such a file never changes. */
const HASHED_ASSET = /[\\/]assets[\\/][^\\/]+-[\w-]{8,}\.\w+$/

/** What of the examples a browser needs; the others are programs to be read. */
const PAGE_FILE = /(^|\/)$|\.(html|css|js|svg|png|ico)$/

/** Adds the pages, and answers every path that nothing else takes. */
export async function registerPages(app: FastifyInstance, options: PageOptions): Promise<void> {
  const isBuilt = existsSync(join(options.dashboard, 'index.html'))
  if (isBuilt) {
    await app.register(fastifyStatic, {
      root: options.dashboard,
      cacheControl: false,
      dotfiles: 'ignore',
      setHeaders: setPageHeaders,
    })
  } else {
    app.get('/', (_request, reply) => sendNotBuilt(reply))
  }
  if (existsSync(options.examples)) {
    await app.register(fastifyStatic, {
      root: options.examples,
      prefix: '/examples/',
      decorateReply: !isBuilt,
      cacheControl: false,
      dotfiles: 'ignore',
      allowedPath: path => PAGE_FILE.test(path),
      setHeaders: setPageHeaders,
    })
    // Relative, because under a proxy's sub-path this address has something in front.
    app.get('/examples', (_request, reply) => reply.redirect('examples/', 301))
  }
  // Without its slash the dashboard would look for its files beside the sub-path instead of in it.
  if (options.subPath !== '')
    app.get(options.subPath, (_request, reply) => reply.redirect(`${options.subPath}/`, 301))
  app.setNotFoundHandler((request, reply) => {
    if (!asksForPage(request)) {
      return sendProblem(reply, {
        code: 'not_found',
        message: `There is no ${request.method} ${pathOf(request)} here.`,
      })
    }
    // The dashboard's own paths: its script reads the URL.
    return isBuilt ? reply.sendFile('index.html') : sendNotBuilt(reply)
  })
}

/** A person's browser on a path of the dashboard. A missing asset is missing, whoever asks. */
function asksForPage(request: FastifyRequest): boolean {
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  const isFile = /^\/(assets|examples)\//.test(pathOf(request))
  return isRead && !isFile && (request.headers.accept ?? '').includes('text/html')
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0]!
}

function setPageHeaders(reply: Pick<FastifyReply, 'header'>, path: string): void {
  reply.header('cache-control', HASHED_ASSET.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache')
  reply.header('content-security-policy', CONTENT_SECURITY_POLICY)
  reply.header('x-content-type-options', 'nosniff')
  reply.header('referrer-policy', 'no-referrer')
  reply.header('cross-origin-opener-policy', 'same-origin')
  reply.header('cross-origin-resource-policy', 'same-origin')
}

const NOT_BUILT = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Twinwire</title>
<h1>Twinwire is running</h1>
<p>Its dashboard is not built yet: run <code>npm run build</code> in the folder of the gateway, and start it again.
<p>The API is described at <a href="api/openapi.json">api/openapi.json</a>.
</html>
`

function sendNotBuilt(reply: FastifyReply): FastifyReply {
  setPageHeaders(reply, '')
  return reply.header('content-type', 'text/html; charset=utf-8').send(NOT_BUILT)
}
