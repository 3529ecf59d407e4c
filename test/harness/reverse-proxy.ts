// A small reverse proxy as stands in front of a gateway: one sub-path of its own host, streams and upgrades included. Knows
// no gateway.

import { createServer, type IncomingMessage, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Scope } from './scope.ts'

export interface ProxyOptions {
  /** What stands in front of every path: `/realtime`. */
  readonly subPath: string
  /** Whether the sub-path is taken off. */
  readonly strips: boolean
}

export interface ReverseProxy {
  /** With the sub-path. */
  readonly url: string
  /** Where requests go from now on; the gateway needs to know the proxy's address before it starts. */
  target: string
  /** Paths that were asked for outside the sub-path: what a page under it must not do. */
  readonly strays: string[]
}

/** Starts it on a free port; it ends with the scope. */
export async function startReverseProxy(scope: Scope, options: ProxyOptions): Promise<ReverseProxy> {
  const strays: string[] = []
  const server = createServer((incoming, answer) => {
    const path = innerPath(incoming, options)
    if (path === null) {
      strays.push(incoming.url!)
      answer.writeHead(404).end()
      return
    }
    const passed = pass(incoming, path, proxy.target)
    passed.on('response', response => {
      answer.writeHead(response.statusCode!, response.headers)
      response.pipe(answer)
      response.on('error', () => answer.destroy())
    })
    passed.on('error', () => answer.destroy())
    answer.on('close', () => passed.destroy())
    incoming.pipe(passed)
  })
  passUpgrades(server, options, () => proxy.target)
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const proxy = { url: `http://127.0.0.1:${port}${options.subPath}`, target: '', strays }
  scope.onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return proxy
}

function passUpgrades(server: Server, options: ProxyOptions, target: () => string): void {
  server.on('upgrade', (incoming: IncomingMessage, socket) => {
    const path = innerPath(incoming, options)
    if (path === null) return socket.destroy()
    const passed = pass(incoming, path, target())
    passed.on('upgrade', (response, inner, head) => {
      const headers = Object.entries(response.headers).map(([name, value]) => `${name}: ${value}\r\n`)
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${headers.join('')}\r\n`)
      // What came in the packet of the answer.
      socket.write(head)
      inner.pipe(socket).pipe(inner)
      inner.on('error', () => socket.destroy())
      socket.on('error', () => inner.destroy())
    })
    passed.on('response', () => socket.destroy())
    passed.on('error', () => socket.destroy())
    passed.end()
  })
}

function innerPath({ url = '' }: IncomingMessage, { subPath, strips }: ProxyOptions): string | null {
  if (!url.startsWith(`${subPath}/`)) return null
  return strips ? url.slice(subPath.length) : url
}

/** As nginx does it without being told otherwise: the Host is the one of the inner server. */
function pass({ method, headers, socket }: IncomingMessage, path: string, target: string) {
  const { host } = new URL(target)
  const forwarded = { 'x-forwarded-for': socket.remoteAddress, 'x-forwarded-proto': 'http' }
  return request(target + path, { method: method!, headers: { ...headers, ...forwarded, host } })
}
