// Serves the bare page from an origin of its own, as an application would. Knows no gateway.

import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Scope } from '../harness/scope.ts'

const HTML = readFileSync(join(import.meta.dirname, 'bare-page.html'))

export interface ReceivedMessage {
  channel: string
  id: string
  data: number
}

/** What the page's script keeps on its window. */
declare global {
  var received: { eventsource: ReceivedMessage[]; websocket: ReceivedMessage[] }
  var gaps: number
  var source: { readonly readyState: number }
  var live: Promise<unknown>
}

/** Starts a server for the page; returns its address with the query that the page needs. */
export async function serveBarePage(
  scope: Scope,
  gateway: string,
  channels: readonly string[],
): Promise<string> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(HTML)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  scope.onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const query = new URLSearchParams({ gateway, channels: channels.join(',') })
  return `http://localhost:${port}/?${query}`
}
