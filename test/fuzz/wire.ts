// A TCP connection for bytes that no client would send: what arrived is handed on as it comes. Knows no protocol.

import { connect, type Socket } from 'node:net'
import { Finding } from './finding.ts'

const DEADLINE_MS = 15_000
const NOTHING = Buffer.alloc(0)

export class Wire {
  readonly socket: Socket
  /** Received and not taken yet. */
  unread: Buffer = NOTHING
  isClosed = false
  /** What the system said of the connection, if anything. */
  error = ''
  /** Bytes sent lately, for a finding to show. */
  #sent: Uint8Array = NOTHING
  #wake: (() => void) | null = null

  constructor(socket: Socket) {
    this.socket = socket
    socket.setNoDelay(true)
    socket.on('data', bytes => {
      this.unread = this.unread.length === 0 ? bytes : Buffer.concat([this.unread, bytes])
      this.#wake?.()
    })
    socket.on('close', () => {
      this.isClosed = true
      this.#wake?.()
    })
    // A reset is one of the expected outcomes; `close` follows.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.error = error.code ?? error.message
    })
  }

  /** Connects to a local port. */
  static open(port: number): Promise<Wire> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.removeListener('error', refuse)
        resolve(new Wire(socket))
      })
      const refuse = (error: Error) =>
        reject(new Finding(`The gateway takes no connection: ${error.message}`))
      socket.on('error', refuse)
    })
  }

  get sent(): Uint8Array {
    return this.#sent
  }

  send(bytes: Uint8Array): void {
    this.#sent = bytes
    if (!this.isClosed) this.socket.write(bytes)
  }

  /** Takes `length` bytes off what was received. */
  take(length: number): Buffer {
    const taken = this.unread.subarray(0, length)
    this.unread = this.unread.subarray(length)
    return taken
  }

  /** Waits for more bytes or the end; false at the end. `what` is what did not come, for the finding. */
  async more(what: string): Promise<boolean> {
    if (this.isClosed) return false
    const before = this.unread.length
    const late = await new Promise<boolean>(resolve => {
      const timer = setTimeout(() => resolve(true), DEADLINE_MS)
      this.#wake = () => {
        this.#wake = null
        clearTimeout(timer)
        resolve(false)
      }
    })
    if (late) throw new Finding(`Not within ${DEADLINE_MS / 1000} s: ${what}`, this.#sent)
    return this.unread.length > before
  }

  /** Waits until the other side has closed; what arrives meanwhile stays unread. */
  async untilClosed(what: string): Promise<void> {
    while (!this.isClosed) await this.more(what)
  }

  cut(): void {
    this.socket.destroy()
  }

  reset(): void {
    this.socket.resetAndDestroy()
  }
}
