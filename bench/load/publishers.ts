// Publishers: keep-alive HTTP connections made by hand, each with one request under way at a time. Knows no server.

import { connect, type Socket } from 'node:net'

export class Publisher {
  readonly #socket: Socket
  #answer = ''
  #settle: PromiseWithResolvers<string> | null = null

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setEncoding('latin1')
    socket.on('data', text => this.#receive(String(text)))
    socket.on('error', error => this.#settle?.reject(error))
    socket.on('close', () => this.#settle?.reject(new Error('The server closed a publisher.')))
  }

  static open(port: number): Promise<Publisher> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true })
      socket.once('error', reject)
      socket.once('connect', () => resolve(new Publisher(socket)))
    })
  }

  static openMany(port: number, count: number): Promise<Publisher[]> {
    return Promise.all(Array.from({ length: count }, () => Publisher.open(port)))
  }

  /** Sends one whole request; resolves with the server's 2xx, head and all, and rejects with anything else. */
  send(request: string): Promise<string> {
    this.#settle = Promise.withResolvers()
    this.#answer = ''
    this.#socket.write(request, 'latin1')
    return this.#settle.promise
  }

  close(): void {
    this.#settle = null
    this.#socket.destroy()
  }

  #receive(text: string): void {
    this.#answer = this.#answer === '' ? text : this.#answer + text
    const answer = this.#answer
    const headEnd = answer.indexOf('\r\n\r\n')
    if (headEnd < 0) return
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(answer)?.[1] ?? 0)
    if (answer.length < headEnd + 4 + length) return
    // In an array each item has an answer of its own.
    if (answer.startsWith('HTTP/1.1 2') && !answer.includes('"error":{')) this.#settle?.resolve(answer)
    else this.#settle?.reject(new Error(`A publish was refused: ${answer}`))
  }
}
