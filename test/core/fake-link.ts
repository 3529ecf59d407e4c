// A link without a socket: it can stall, be drained part by part, and die. Knows what was written to it, and no session.

import type { Encoder } from '../../gateway/core/encoder.ts'
import type { Link, LinkListener, Taken } from '../../gateway/core/link.ts'
import { sseEncoder } from '../../gateway/transports/sse-frame.ts'
import { webSocketEncoder } from '../../gateway/transports/ws-frame.ts'
import type { Code } from '../../shared/codes.ts'
import type { Transport } from '../../shared/stats.ts'
import { readEvents, readWebSocket, type Sent, type SentFrame } from './wire.ts'

export class FakeLink implements Link {
  readonly transport: Transport
  readonly encoder: Encoder
  readonly address = '127.0.0.1'
  readonly userAgent = undefined
  readonly answersHeartbeats: boolean
  listener: LinkListener | null = null
  /** From now on the socket takes nothing until it is drained. */
  isStalled = false
  isReadingPaused = false
  roundTripMs: number | null = null
  /** Signs of life written. */
  beats = 0
  /** How far the peer's system is; null: nobody tells. */
  kernel: Taken | null = null
  ended: { code: Code; reason: string } | null = null
  readonly sent: Sent[] = []
  /** Called for every frame as it is written. */
  onSent: ((sent: Sent) => void) | null = null
  /** The length of each write, and whether the socket was still busy with the one before. */
  readonly writes: { bytes: number; wasBusy: boolean }[] = []
  /** What was handed over together, as it was. */
  readonly together: (readonly Buffer[])[] = []
  #pending = 0
  #progress = 0

  constructor(transport: Transport = 'websocket') {
    this.transport = transport
    this.encoder = transport === 'sse' ? sseEncoder : webSocketEncoder
    this.answersHeartbeats = transport === 'websocket'
  }

  get frames(): SentFrame[] {
    return this.sent.map(({ frame }) => frame)
  }

  /** The frames of one type, in order. */
  of(type: string): SentFrame[] {
    return this.frames.filter(frame => frame.type === type)
  }

  write(chunk: Buffer): boolean {
    this.writes.push({ bytes: chunk.length, wasBusy: this.#pending > 0 })
    for (const sent of this.transport === 'sse' ? readEvents(chunk) : readWebSocket(chunk)) {
      this.sent.push(sent)
      this.onSent?.(sent)
    }
    if (!this.isStalled) return true
    this.#pending += chunk.length
    return false
  }

  writeAll(chunks: readonly Buffer[]): boolean {
    this.together.push(chunks)
    return this.write(Buffer.concat(chunks))
  }

  pendingBytes(): number {
    return this.#pending
  }

  progress(): number {
    return this.#progress
  }

  async taken(): Promise<Taken | null> {
    return this.kernel
  }

  /** The peer takes so many bytes; when nothing is left the session hears of it. */
  take(bytes = this.#pending): void {
    if (this.#pending === 0) return
    this.#progress += Math.min(bytes, this.#pending)
    this.#pending = Math.max(0, this.#pending - bytes)
    if (this.#pending === 0) this.listener?.onDrained()
  }

  /** The peer sends so many bytes. */
  receive(bytes: number): void {
    this.#progress += bytes
  }

  /** The peer is gone. */
  die(): void {
    const { listener } = this
    this.listener = null
    this.#pending = 0
    listener?.onClosed()
  }

  noteBeat(): void {
    this.beats += 1
  }

  pauseReading(): void {
    this.isReadingPaused = true
  }

  resumeReading(): void {
    this.isReadingPaused = false
  }

  end(code: Code, reason: string): void {
    this.ended = { code, reason }
  }
}
