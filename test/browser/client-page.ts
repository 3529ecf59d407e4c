// Serves a page with the built client from an origin of its own, and a proxy that lets no WebSocket through. Knows no gateway.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer, request as httpRequest, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import type { SharedTwinwire } from '../../clients/js/shared.ts'
import type { Gap } from '../../shared/frames.ts'
import { poll } from '../harness/deadline.ts'
import type { Scope } from '../harness/scope.ts'

const ROOT = join(import.meta.dirname, '../..')
const PAGE = join(import.meta.dirname, 'client-page.html')

/** What the page's script keeps on its window. */
declare global {
  var client: SharedTwinwire
  var numbers: number[]
  var missed: Gap[]
  var live: Promise<unknown>
  var sleep: () => void
  /** Tells the client that the network is back. */
  var comeOnline: () => void
  /** Runs a module in a worker; resolves with the first thing it says. */
  var answerOfWorker: (text: string) => Promise<unknown>
}

async function listen(scope: Scope, listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  server.on('upgrade', (_, socket) => socket.destroy())
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  scope.onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://localhost:${(server.address() as AddressInfo).port}`
}

export interface ClientPages {
  readonly origin: string
  /** Makes a page sleep; resolves when it does, with what wakes it. */
  putToSleep(page: Page): Promise<() => Promise<void>>
}

/** Starts a server for the page, after building the client if need be. */
export async function serveClientPage(scope: Scope): Promise<ClientPages> {
  execFileSync(process.execPath, [join(ROOT, 'scripts/build-client.js')])
  const asleep: ServerResponse[] = []
  const origin = await listen(scope, ({ url = '/' }, response) => {
    if (url === '/sleep') {
      asleep.push(response)
      return
    }
    const name = /^\/(\w+\.js)$/.exec(url)?.[1]
    const type = name ? 'text/javascript' : 'text/html; charset=utf-8'
    // Module workers made from text have no origin of the page's.
    response.writeHead(200, { 'content-type': type, 'access-control-allow-origin': '*' })
    response.end(readFileSync(name ? join(ROOT, 'clients/js/dist', name) : PAGE))
  })
  return {
    origin,
    async putToSleep(page) {
      const slept = page.evaluate(() => sleep())
      const held = await poll(async () => asleep.shift() ?? null, 'a page to fall asleep')
      return async () => {
        held.end()
        await slept
      }
    },
  }
}

/** Passes requests on as they are, streams included, and cuts off whoever asks for a WebSocket. */
export function startBlockingProxy(scope: Scope, port: number): Promise<string> {
  return listen(scope, (request, response) => {
    const { url, method, headers } = request
    const onward = httpRequest(
      { port, host: '127.0.0.1', path: url, method, headers, agent: false },
      answer => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
        answer.on('close', () => response.destroy())
      },
    )
    onward.on('error', () => response.destroy())
    response.on('close', () => onward.destroy())
    request.pipe(onward)
  })
}
