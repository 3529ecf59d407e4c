// Publishers: keep-alive HTTP connections made by hand, each with one request under way at a time. Knows no server.

import { connect, type Socket } from 'node:net'
import { messageText } from './message-text.ts'
import type { Wire } from './target.ts'

export class Publisher {
  readonly #socket: Socket
  readonly #wire: Wire
  #answer = ''
  #settle: PromiseWithResolvers<void> | null = null

  private constructor(socket: Socket, wire: Wire) {
    this.#socket = socket
    this.#wire = wire
    socket.setEncoding('latin1')
    socket.on('data', text => this.#receive(String(text)))
    socket.on('error', error => this.#settle?.reject(error))
    socket.on('close', () => this.#settle?.reject(new Error('The server closed a publisher.')))
  }

  static open(wire: Wire): Promise<Publisher> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port: wire.port, host: '127.0.0.1', noDelay: true })
      socket.once('error', reject)
      socket.once('connect', () => resolve(new Publisher(socket, wire)))
    })
  }

  /** Publishes one message; resolves with the server's 2xx, rejects with anything else. */
  publish(number: number): Promise<void> {
    const { path, headers, before, after } = this.#wire.publish
    const body = `${before}${messageText(number)}${after}`
    const head = [
      `POST ${path} HTTP/1.1`,
      'Host: 127.0.0.1',
      ...headers,
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
    ]
    this.#settle = Promise.withResolvers()
    this.#answer = ''
    this.#socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
    return this.#settle.promise
  }

  close(): void {
    this.#settle = null
    this.#socket.destroy()
  }

  #receive(text: string): void {
    this.#answer += text
    const headEnd = this.#answer.indexOf('\r\n\r\n')
    if (headEnd < 0) return
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(this.#answer)?.[1] ?? 0)
    if (this.#answer.length < headEnd + 4 + length) return
    if (/^HTTP\/1\.1 2/.test(this.#answer)) this.#settle?.resolve()
    else this.#settle?.reject(new Error(`A publish was refused: ${this.#answer}`))
  }
}

/** Publishes from all of them until the time is over; returns how many messages there were, numbered from `first`. */
export async function publishFor(
  publishers: readonly Publisher[],
  durationMs: number,
  first: number,
): Promise<number> {
  const end = performance.now() + durationMs
  let next = first
  const publishOn = async (publisher: Publisher): Promise<void> => {
    while (performance.now() < end) await publisher.publish(next++)
  }
  await Promise.all(publishers.map(publishOn))
  return next - first
}
