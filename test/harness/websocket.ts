// A bare WebSocket client for tests: frames in, commands out. Knows the wire only.

import WebSocket from 'ws'
import type { Frame } from './frame.ts'
import { Inbox } from './inbox.ts'
import { placeAfter } from './place.ts'
import type { Scope } from './scope.ts'
import { type ConnectOptions, queryOf, type Subscriber } from './subscriber.ts'

export interface WebSocketSubscriber extends Subscriber {
  readonly socket: WebSocket
  /** Sends a command; gives it a `ref` and returns the answer that carries it. */
  ask(command: { type: string; [field: string]: unknown }): Promise<Frame>
  /** Sends text, or bytes as a binary frame. */
  send(content: string | Uint8Array): void
  resume(changes?: Partial<ConnectOptions>): Promise<WebSocketSubscriber>
}

let refs = 0

/** Opens a WebSocket; resolves when the upgrade is done, or refused (then `ended` says with which status). */
export async function openWebSocket(
  scope: Scope,
  url: string,
  options: ConnectOptions & { protocols?: string[] } = {},
): Promise<WebSocketSubscriber> {
  const inbox = new Inbox()
  const lastIdAfter = (count: number) => placeAfter(options, inbox.frames.slice(0, count))
  const lastId = () => lastIdAfter(inbox.frames.length)
  const address = `${url.replace('http', 'ws')}/ws${queryOf(options)}`
  const socket = new WebSocket(address, options.protocols ?? [], { headers: options.headers ?? {} })
  scope.onTestFinished(() => socket.terminate())
  socket.on('message', (bytes: Buffer) => {
    inbox.put(JSON.parse(bytes.toString('utf8')))
  })
  await opened(socket, inbox)
  return {
    socket,
    frames: inbox.frames,
    over: inbox.over,
    get ended() {
      return inbox.ended
    },
    get lastId() {
      return lastId()
    },
    lastIdAfter,
    next: (match, deadlineMs) => inbox.next(match, deadlineMs),
    cut: () => socket.terminate(),
    resume: changes => openWebSocket(scope, url, resumed(options, lastId(), changes)),
    pause: () => socket.pause(),
    unpause: () => socket.resume(),
    send: content => socket.send(content, { binary: typeof content !== 'string' }),
    ask(command) {
      const ref = `ref-${++refs}`
      socket.send(JSON.stringify({ ...command, ref }))
      return inbox.next(frame => frame.ref === ref)
    },
  }
}

/** The options of a connection that goes on from a cursor. */
export function resumed<T extends ConnectOptions>(
  options: T,
  cursor: string | null,
  changes: Partial<T> = {},
): T {
  return { ...options, ...(cursor === null ? {} : { since: cursor }), ...changes }
}

function opened(socket: WebSocket, inbox: Inbox): Promise<void> {
  return new Promise(resolve => {
    socket.on('open', () => resolve())
    socket.on('close', closeCode => {
      inbox.end({ closeCode })
      resolve()
    })
    socket.on('error', () => {
      // Told by `close`, which always follows; a refused upgrade has its own event below.
    })
    socket.on('unexpected-response', (_, response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', text => {
        body += text
      })
      response.on('end', () => {
        inbox.end({ status: response.statusCode!, headers: response.headers, body })
        socket.terminate()
        resolve()
      })
    })
  })
}
