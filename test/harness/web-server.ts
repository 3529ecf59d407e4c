// A small web server of a test's own: an identity provider, or an application with a hook. Knows no gateway.

import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Scope } from './scope.ts'

export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Reply {
  readonly status?: number
  readonly headers?: Record<string, string>
  /** An object is sent as JSON, text as it is. */
  readonly body?: unknown
}

export interface WebServer {
  readonly url: string
  readonly port: number
  /** Every request so far, in the order they came. */
  readonly received: readonly Received[]
  /** Answers every request from now on; a promise that does not settle leaves it without an answer. */
  answer: (request: Received) => Reply | Promise<Reply>
  /** Hangs up on everybody and listens no more. */
  stop(): Promise<void>
}

/** Starts a server on a free port; it ends with the scope. */
export async function startWebServer(scope: Scope, answer: WebServer['answer']): Promise<WebServer> {
  const received: Received[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    const { method, url, headers } = request
    const asked = { method: method!, path: url!, headers, body }
    received.push(asked)
    const reply = await web.answer(asked)
    const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? {})
    response
      .writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers })
      .end(text)
  })
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const web: WebServer = {
    url: `http://127.0.0.1:${port}`,
    port,
    received,
    answer,
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  scope.onTestFinished(() => web.stop())
  return web
}
