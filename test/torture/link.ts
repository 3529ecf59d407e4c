// One connection of a reader, over either transport, without a client library: frames in, commands out, and the ways a
// client has to be unkind. Keeps nothing. Knows the wire only.

import { get, type IncomingMessage } from 'node:http'
import WebSocket from 'ws'
import type { Frame } from '../harness/frame.ts'
import { SseParser } from '../harness/sse-parser.ts'
import { queryOf } from '../harness/subscriber.ts'
import type { Opening } from './account.ts'

export interface Link {
  /** Settles when the connection is over, also when it never came about. */
  readonly ended: Promise<string>
  /** Sends a command, unless the connection is not open; never on event streams. */
  send(json: string): boolean
  pause(): void
  unpause(): void
  /** Destroys the socket, as a lost network would. Nothing is received after it. */
  cut(): void
  /** Ends the connection in the regular way; what is received until then counts. */
  close(): void
}

export type OnFrame = (frame: Frame, id: string | null) => void

export type OpenLink = (url: string, opening: Opening, onFrame: OnFrame) => Link

function address(path: string, url: string, { channels, since, history }: Opening): string {
  const options = {
    channels: [...channels],
    ...(since !== undefined && { since }),
    ...(history !== undefined && { history }),
  }
  return `${url}${path}${queryOf(options)}`
}

export const openWebSocket: OpenLink = (url, opening, onFrame) => {
  const socket = new WebSocket(address('/ws', url.replace('http', 'ws'), opening))
  let isCut = false
  socket.on('message', (bytes: Buffer) => {
    if (!isCut) onFrame(JSON.parse(bytes.toString('utf8')), null)
  })
  let trouble = ''
  socket.on('error', error => {
    trouble = error.message
  })
  const ended = new Promise<string>(resolve => {
    socket.on('close', code => resolve(trouble || `${code}`))
  })
  return {
    ended,
    send: json => {
      if (socket.readyState !== WebSocket.OPEN) return false
      socket.send(json)
      return true
    },
    pause: () => socket.pause(),
    unpause: () => socket.resume(),
    cut: () => {
      isCut = true
      socket.terminate()
    },
    close: () => socket.close(),
  }
}

export const openSse: OpenLink = (url, opening, onFrame) => {
  let isCut = false
  const parser = new SseParser(event => {
    const frame = JSON.parse(event.data)
    if (!isCut) onFrame(event.name === 'heartbeat' ? { type: 'heartbeat' } : frame, event.id)
  }, false)
  let response: IncomingMessage | null = null
  const request = get(address('/sse', url, opening), { agent: false }, received => {
    response = received
    received.on('data', bytes => parser.feed(bytes))
    received.on('error', () => {
      // A reset: `close` follows.
    })
  })
  const ended = new Promise<string>(resolve => {
    request.on('error', error => resolve(error.message))
    request.on('close', () => resolve(`status ${response?.statusCode}`))
  })
  const cut = () => {
    isCut = true
    request.destroy()
  }
  return {
    ended,
    send: () => {
      throw new Error('An event stream carries no commands.')
    },
    pause: () => response?.pause(),
    unpause: () => response?.resume(),
    cut,
    close: cut,
  }
}
