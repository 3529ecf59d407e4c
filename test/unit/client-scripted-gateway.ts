// A gateway that says only what a test tells it to, over real sockets on both transports.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { WebSocketServer } from 'ws'

export type Frame = { type: string; [field: string]: unknown }

/** One connection as the scripted gateway sees it. */
export interface Peer {
  query: URLSearchParams
  protocols: string | undefined
  send(...frames: Frame[]): void
  /** The next command that the client sent. */
  command(): Promise<Frame>
  cut(code?: number): void
}

const DEADLINE_MS = 45_000

/** What arrives is waited for with a deadline, in order. */
export function createQueue<Item>() {
  const items: Item[] = []
  const waiting: ((item: Item) => void)[] = []
  return {
    push(item: Item): void {
      const first = waiting.shift()
      if (first) first(item)
      else items.push(item)
    },
    async next(): Promise<Item> {
      const item = items.shift()
      if (item !== undefined) return item
      return await new Promise<Item>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error('nothing came before the deadline')), DEADLINE_MS)
        waiting.push(arrived => {
          clearTimeout(timer)
          resolve(arrived)
        })
      })
    },
    get size(): number {
      return items.length
    },
  }
}

export interface ApiRequest {
  readonly method: string
  /** Below `/api`. */
  readonly path: string
  readonly query: Record<string, string>
  readonly authorization: string | undefined
  readonly body: unknown
}

export interface ApiReply {
  readonly status?: number
  readonly body: object
}

export interface Script {
  /** Refuses WebSocket upgrades, as some proxies do. */
  refuseWebSocket?: boolean
  /** Answers SSE requests with this instead of a stream. */
  sse?: (response: ServerResponse) => void
  /** Answers calls of the HTTP API; without it they are 404. */
  api?: (request: ApiRequest) => ApiReply | Promise<ApiReply>
}

/** Listens on a free port until the test ends. */
export async function startGateway(script: Script = {}) {
  const peers = createQueue<Peer>()
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/sub/api/')) void answerApi(script, request, response)
    else if (script.sse) script.sse(response)
    else peers.push(ssePeer(request, response))
  })
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'twinwire.v1' })
  server.on('upgrade', (request, socket, head) => {
    if (script.refuseWebSocket) return socket.destroy()
    sockets.handleUpgrade(request, socket, head, opened => {
      const commands = createQueue<Frame>()
      opened.on('message', data => commands.push(JSON.parse(String(data)) as Frame))
      peers.push({
        query: queryOf(request),
        protocols: request.headers['sec-websocket-protocol'],
        send: (...frames) => {
          for (const frame of frames) opened.send(JSON.stringify(frame))
        },
        command: () => commands.next(),
        cut: code => (code === undefined ? opened.terminate() : opened.close(code)),
      })
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    for (const socket of sockets.clients) socket.terminate()
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/sub`, peers }
}

async function answerApi(script: Script, request: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://gateway')
  const reply = (await script.api?.({
    method: request.method ?? '',
    path: decodeURIComponent(pathname.slice('/sub/api/'.length)),
    query: Object.fromEntries(searchParams),
    authorization: request.headers.authorization,
    body: text === '' ? undefined : JSON.parse(text),
  })) ?? { status: 404, body: { detail: 'The script has no API.' } }
  response.writeHead(reply.status ?? 200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(reply.body))
}

function queryOf(request: IncomingMessage): URLSearchParams {
  return new URL(request.url ?? '', 'http://gateway').searchParams
}

function ssePeer(request: IncomingMessage, response: ServerResponse): Peer {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  return {
    query: queryOf(request),
    protocols: undefined,
    send: (...frames) => {
      for (const frame of frames) {
        const name = frame.type === 'message' ? '' : `event: ${frame.type}\n`
        response.write(`${name}data: ${JSON.stringify(frame)}\n\n`)
      }
    },
    command: () => Promise.reject(new Error('SSE carries no commands')),
    cut: () => response.destroy(),
  }
}
