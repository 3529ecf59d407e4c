// A TCP connection for bytes that no client would send: what arrived is handed on as it comes. Knows no protocol.

import { connect, type Socket } from 'node:net'
import { DEADLINE_MS } from '../harness/deadline.ts'
import { Finding, inText } from './finding.ts'

const NOTHING = Buffer.alloc(0)
/** What a finding tells of its connection: the latest events, and the end of what was received. */
const KEPT_EVENTS = 40
const KEPT_BYTES = 1000

/** Connects to a local port and cuts the connection afterwards; a finding is told what happened on it. */
export async function onWire<T>(port: number, use: (wire: Wire) => Promise<T>): Promise<T> {
  const wire = await Wire.open(port)
  try {
    return await use(wire)
  } catch (error) {
    throw wire.explain(error)
  } finally {
    wire.cut()
  }
}

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
  readonly #opened = performance.now()
  readonly #events: string[] = []
  #received: Buffer = NOTHING

  constructor(socket: Socket) {
    this.socket = socket
    socket.setNoDelay(true)
    socket.on('data', bytes => {
      this.#note(`received ${bytes.length} bytes`)
      this.#received = Buffer.concat([this.#received.subarray(-KEPT_BYTES), bytes.subarray(-KEPT_BYTES)])
      this.unread = this.unread.length === 0 ? bytes : Buffer.concat([this.unread, bytes])
      this.#wake?.()
    })
    socket.on('end', () => this.#note('received the end'))
    socket.on('close', () => {
      this.#note('closed')
      this.isClosed = true
      this.#wake?.()
    })
    // A reset is one of the expected outcomes; `close` follows.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.error = error.code ?? error.message
      this.#note(`failed with ${error.message}`)
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
    if (this.isClosed) return
    this.#note(`sent ${bytes.length} bytes`)
    this.socket.write(bytes)
    if (this.socket.writableLength > 0)
      this.#note(`the system leaves ${this.socket.writableLength} of them waiting`)
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

  /** Adds to a finding what happened on this connection. */
  explain(error: unknown): unknown {
    if (error instanceof Finding) {
      const last = this.#received.subarray(-KEPT_BYTES)
      error.story ??= `${this.#events.join('; ')}\n  received last: "${inText(last)}"`
    }
    return error
  }

  #note(event: string): void {
    this.#events.push(`+${(performance.now() - this.#opened).toFixed(1)} ms ${event}`)
    if (this.#events.length > KEPT_EVENTS) this.#events.shift()
  }

  cut(): void {
    this.socket.destroy()
  }

  reset(): void {
    this.socket.resetAndDestroy()
  }
}
