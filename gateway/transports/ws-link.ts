// One WebSocket after its handshake (RFC 6455): reads frames, answers pings, and closes. What the session says is written as
// it is. Knows no channels and no log.
//
//   open ──close frame, from here or there──> closing ──> closed
//
// Taken by hand, a connection costs 4 KB less than as an object of a library that can do everything: see docs/decisions/007.

import type { Socket } from 'node:net'
import { type Code, closeCode } from '../../shared/codes.ts'
import type { Encoder } from '../core/encoder.ts'
import type { Link, LinkListener, Taken } from '../core/link.ts'
import { SocketWriter } from './socket-writer.ts'
import type { Unacknowledged } from './unacknowledged.ts'
import type { Receiving } from './unfinished.ts'
import { deflateEncoder } from './ws-deflate.ts'
import { encodeClose, encodePong, webSocketEncoder } from './ws-frame.ts'
import { type FrameListener, FrameReader } from './ws-reader.ts'
import type { Breach } from './ws-rules.ts'

/** Who sends more pings than this without taking the pongs is cut off (rule W2). */
const MAX_PENDING_PONGS = 60

export interface WebSocketLinkOptions {
  /** The answer to the handshake. */
  readonly acceptance: string
  readonly address: string
  readonly userAgent: string | undefined
  readonly unacknowledged: Unacknowledged
  /** Whether compression was negotiated. */
  readonly isCompressed: boolean
  /** Of one message from the client. */
  readonly maxMessageBytes: number
}

export class WebSocketLink implements Link, FrameListener, Receiving {
  readonly transport = 'websocket'
  readonly encoder: Encoder
  readonly address: string
  readonly userAgent: string | undefined
  listener: LinkListener | null = null
  /** Takes text messages; null: nobody does. A binary one gives null. */
  onMessage: ((text: string | null) => void) | null = null
  /** A message does not become whole in time. */
  onLate: () => void = () => {}
  readonly #socket: Socket
  readonly #writer: SocketWriter
  readonly #reader: FrameReader
  #pendingPongs = 0
  roundTripMs: number | null = null
  /** When the first ping left that was not answered yet. */
  #pingedAt: number | null = null
  #isOpen = true

  constructor(socket: Socket, options: WebSocketLinkOptions) {
    this.#socket = socket
    this.#writer = new SocketWriter(socket, options.unacknowledged, () => this.listener?.onDrained())
    // In a write of its own: programs that pass upgrades on by hand lose what comes in the same packet.
    socket.write(options.acceptance, 'latin1')
    this.#reader = new FrameReader(this, options.maxMessageBytes, options.isCompressed)
    this.encoder = options.isCompressed ? deflateEncoder : webSocketEncoder
    this.address = options.address
    this.userAgent = options.userAgent
    socket.on('data', chunk => this.#reader.read(chunk))
    socket.on('end', () => this.#leave('unavailable'))
    socket.on('close', () => this.listener?.onClosed())
  }

  /** While it is not read, its answers stand unheard behind what it has sent. */
  get answersHeartbeats(): boolean {
    return !this.#socket.isPaused()
  }

  /** Whether a message has begun that is not whole. While we do not read, what is missing is not the peer's fault. */
  get isUnfinished(): boolean {
    return this.#reader.isUnfinished && !this.#socket.isPaused()
  }

  get wholeCount(): number {
    return this.#reader.wholeCount
  }

  write(chunk: Buffer): boolean {
    // Not after a close frame, which ends the stream of frames.
    return this.#isOpen ? this.#writer.write(chunk) : true
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

  pauseReading(): void {
    this.#socket.pause()
  }

  resumeReading(): void {
    this.#socket.resume()
  }

  /** The peer has to answer with a close frame of its own; it gets a moment for that. */
  end(code: Code, reason: string): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#writer.writeAtOnce(encodeClose(closeCode(code), reason))
    this.#socket.resume()
    this.#writer.cutAfterGrace(code)
  }

  onText(text: string): void {
    if (this.#isOpen) this.onMessage?.(text)
  }

  onBinary(): void {
    if (this.#isOpen) this.onMessage?.(null)
  }

  onPing(payload: Buffer): void {
    if (!this.#isOpen) return
    if (this.#pendingPongs >= MAX_PENDING_PONGS) {
      this.#socket.destroy()
      return
    }
    this.#pendingPongs += 1
    this.#writer.writeAtOnce(encodePong(payload), () => {
      this.#pendingPongs -= 1
    })
  }

  noteBeat(): void {
    this.#pingedAt ??= performance.now()
  }

  /** One answer may stand for several pings (RFC 6455, section 5.5.3), and some peers send pongs that nobody asked for. */
  onPong(): void {
    if (this.#pingedAt === null) return
    this.roundTripMs = performance.now() - this.#pingedAt
    this.#pingedAt = null
  }

  onClose(code: number | null): void {
    if (this.#isOpen) this.#writer.writeAtOnce(encodeClose(code, ''))
    this.#leave('unavailable')
  }

  onBroken(code: Breach): void {
    if (this.#isOpen) this.#writer.writeAtOnce(encodeClose(code, ''))
    this.#leave('bad_request')
  }

  /** Both have said what they had to say, or one of them can no longer. */
  #leave(code: Code): void {
    if (this.#isOpen) this.#writer.cutAfterGrace(code)
    this.#isOpen = false
    this.#socket.end()
  }
}
