// One WebSocket after its handshake: `ws` reads frames and closes. What we say is written to the raw socket, so that one
// shared buffer serves every connection; `ws.send` is never mixed in. Knows no channels and no log.

import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import { type Code, closeCode } from '../../shared/codes.ts'
import { type Counters, tally } from '../core/counters.ts'
import type { Encoder } from '../core/encoder.ts'
import type { Link, LinkListener, Taken } from '../core/link.ts'
import { SocketWriter } from './socket-writer.ts'
import type { Unacknowledged } from './unacknowledged.ts'
import type { Receiving } from './unfinished.ts'
import { DEFLATE, deflateEncoder } from './ws-deflate.ts'
import { encodePong, shortenReason, webSocketEncoder } from './ws-frame.ts'

/** Who sends more pings than this without taking the pongs is cut off (rule W2). */
const MAX_PENDING_PONGS = 60
/** What stands around the payload of a control frame from a client: two bytes and the mask. */
const CONTROL_HEADER_BYTES = 6

export interface WebSocketLinkOptions {
  readonly address: string
  readonly userAgent: string | undefined
  readonly unacknowledged: Unacknowledged
  readonly counters: Pick<Counters, 'limited'>
}

export class WebSocketLink implements Link, Receiving {
  readonly #webSocket: WebSocket
  readonly #socket: Socket
  readonly transport = 'websocket'
  readonly encoder: Encoder
  readonly address: string
  readonly userAgent: string | undefined
  listener: LinkListener | null = null
  /** Takes text messages; null: nobody does. A binary one gives null. */
  onMessage: ((text: string | null) => void) | null = null
  /** A message does not become whole in time. */
  onLate: () => void = () => {}
  roundTripMs: number | null = null
  wholeCount = 0
  readonly #writer: SocketWriter
  readonly #counters: WebSocketLinkOptions['counters']
  #pendingPongs = 0
  /** When the first ping left that was not answered yet. */
  #pingedAt: number | null = null
  /** Bytes received up to the end of the last whole message, and those of control frames since. */
  #explainedBytes: number

  constructor(webSocket: WebSocket, socket: Socket, options: WebSocketLinkOptions) {
    this.#webSocket = webSocket
    this.#socket = socket
    this.#writer = new SocketWriter(socket, options.unacknowledged, () => this.listener?.onDrained())
    this.#counters = options.counters
    this.#explainedBytes = socket.bytesRead
    this.encoder = webSocket.extensions.includes(DEFLATE) ? deflateEncoder : webSocketEncoder
    this.address = options.address
    this.userAgent = options.userAgent
    // The plugin's own listener would keep the request and its answer in memory as long as the connection.
    webSocket.removeAllListeners('error')
    webSocket.on('error', error => this.#onBroken(error))
    webSocket.on('message', (data, isBinary) => this.#onMessage(isBinary ? null : String(data)))
    webSocket.on('ping', payload => this.#onPing(payload))
    webSocket.on('pong', payload => this.#onPong(payload))
    webSocket.on('close', () => this.listener?.onClosed())
  }

  /** While it is not read, its answers stand unheard behind what it has sent. */
  get answersHeartbeats(): boolean {
    return !this.#webSocket.isPaused
  }

  /** Whether a message has begun that is not whole. While we do not read, what is missing is not the peer's fault. */
  get isUnfinished(): boolean {
    return this.#socket.bytesRead > this.#explainedBytes && !this.#webSocket.isPaused
  }

  write(chunk: Buffer): boolean {
    return this.#isOpen ? this.#writer.write(chunk) : this.#discard()
  }

  writeAll(chunks: readonly Buffer[]): boolean {
    return this.#isOpen ? this.#writer.writeAll(chunks) : this.#discard()
  }

  pendingBytes(): number {
    return this.#writer.pendingBytes()
  }

  progress(): number {
    return this.#writer.progress()
  }

  taken(): Promise<Taken | null> {
    return this.#writer.taken()
  }

  noteBeat(): void {
    this.#pingedAt ??= performance.now()
  }

  pauseReading(): void {
    this.#webSocket.pause()
  }

  resumeReading(): void {
    this.#webSocket.resume()
  }

  end(code: Code, reason: string): void {
    this.#webSocket.close(closeCode(code), shortenReason(reason))
    this.#writer.cutAfterGrace(code)
  }

  get #isOpen(): boolean {
    return this.#webSocket.readyState === this.#webSocket.OPEN
  }

  /** A close frame ends the stream of frames. If the peer closed at once, ours is held with the head, and leaves. */
  #discard(): boolean {
    this.#writer.letGo()
    return true
  }

  /** A broken frame: `ws` closes with the code for it (1002, 1007, 1009), and waits for an answer. */
  #onBroken(error: NodeJS.ErrnoException): void {
    if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') tally(this.#counters.limited, 'messageBytes')
    this.#writer.cutAfterGrace('bad_request')
  }

  #onMessage(text: string | null): void {
    // What stands behind it in the same packet counts as explained too; the packet after it shows.
    this.#explainedBytes = this.#socket.bytesRead
    this.wholeCount += 1
    this.onMessage?.(text)
  }

  #onPing(payload: Buffer): void {
    this.#explain(payload)
    if (!this.#isOpen) return
    if (this.#pendingPongs >= MAX_PENDING_PONGS) {
      this.#webSocket.terminate()
      return
    }
    this.#pendingPongs += 1
    this.#writer.writeAtOnce(encodePong(payload), () => {
      this.#pendingPongs -= 1
    })
  }

  /** One answer may stand for several pings (RFC 6455, section 5.5.3), and some peers send pongs that nobody asked for. */
  #onPong(payload: Buffer): void {
    this.#explain(payload)
    if (this.#pingedAt === null) return
    this.roundTripMs = performance.now() - this.#pingedAt
    this.#pingedAt = null
  }

  #explain(control: Buffer): void {
    const explained = this.#explainedBytes + CONTROL_HEADER_BYTES + control.length
    this.#explainedBytes = Math.min(this.#socket.bytesRead, explained)
    // What was unfinished at the last look was this control frame.
    if (!this.isUnfinished) this.wholeCount += 1
  }
}
