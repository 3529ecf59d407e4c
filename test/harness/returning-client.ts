// A bare client that comes back by itself, as an EventSource does: after what `goodbye` or `retry:` told it, and again and
// again when nobody listens. Many of them fit one process. Knows the wire only.

import { connect, type Socket } from 'node:net'
import { type Frame, messagesOf } from './frame.ts'
import type { Scope } from './scope.ts'

/** What a client waits that was told nothing. */
const DEFAULT_AFTER_MS = 1000
/** A frame without objects inside, whatever stands around it on the wire. */
const FRAME = /\{"type":"[^{}]*\}/g

export interface Arrival {
  /** When the connection was made that led to `live`, by `performance.now()`. */
  readonly time: number
  readonly goodbyes: number
}

export class ReturningClient {
  readonly #port: number
  readonly #path: string
  readonly #frames: Frame[] = []
  readonly #arrivals: Arrival[] = []
  #socket: Socket | null = null
  #timer: NodeJS.Timeout | undefined
  #cursor = ''
  #afterMs = DEFAULT_AFTER_MS
  #goodbyes: Frame[] = []
  #isOver = false

  /** Connects to `/ws` or `/sse` on a channel until the scope ends. */
  constructor(scope: Scope, port: number, path: '/ws' | '/sse', channel: string) {
    this.#port = port
    this.#path = `${path}?channels=${channel}`
    scope.onTestFinished(() => {
      this.#isOver = true
      clearTimeout(this.#timer)
      this.#socket?.destroy()
    })
    this.#connect()
  }

  /** Every time it became live. */
  get arrivals(): readonly Arrival[] {
    return this.#arrivals
  }

  get goodbyes(): readonly Frame[] {
    return this.#goodbyes
  }

  get gaps(): number {
    return this.#frames.filter(frame => frame.type === 'gap').length
  }

  get data(): unknown[] {
    return messagesOf(this.#frames).map(frame => frame.data)
  }

  #connect(): void {
    const socket = connect({ port: this.#port, host: '127.0.0.1' })
    this.#socket = socket
    let time = 0
    let rest = ''
    socket.on('connect', () => {
      time = performance.now()
      socket.write(this.#request())
    })
    socket.setEncoding('latin1').on('data', text => {
      rest += text
      const retry = /^retry: ?(\d+)/m.exec(rest)
      if (retry) this.#afterMs = Number(retry[1])
      let end = 0
      for (const match of rest.matchAll(FRAME)) {
        this.#take(JSON.parse(match[0]), time)
        end = match.index + match[0].length
      }
      rest = rest.slice(end)
    })
    socket.on('error', () => {
      // Nobody listens, or the process ended: `close` follows.
    })
    socket.on('end', () => socket.destroy())
    socket.on('close', () => {
      if (!this.#isOver) this.#timer = setTimeout(() => this.#connect(), this.#afterMs)
    })
  }

  #take(frame: Frame, time: number): void {
    if (frame.type === 'message' || frame.type === 'gap') this.#frames.push(frame)
    if (frame.type === 'subscribed' && this.#cursor === '') this.#cursor = frame.cursor!
    if (frame.type === 'message') this.#cursor = frame.id!
    if (frame.type === 'live') {
      this.#cursor = frame.cursor!
      this.#arrivals.push({ time, goodbyes: this.#goodbyes.length })
    }
    if (frame.type !== 'goodbye') return
    this.#goodbyes.push(frame)
    this.#afterMs = frame.after ?? DEFAULT_AFTER_MS
    this.#socket!.destroy()
  }

  #request(): string {
    const since = this.#cursor === '' ? '' : `&since=${this.#cursor}`
    const upgrade = this.#path.startsWith('/ws')
      ? [
          'Connection: Upgrade',
          'Upgrade: websocket',
          'Sec-WebSocket-Version: 13',
          'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
        ]
      : []
    return [`GET ${this.#path}${since} HTTP/1.1`, 'Host: 127.0.0.1', ...upgrade, '', ''].join('\r\n')
  }
}
