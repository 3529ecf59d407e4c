// A simulated socket with its peer: the system takes some bytes, the peer reads them at its own pace, and death cuts them
// anywhere. Knows no frames and no session.

import type { Encoder } from '../../gateway/core/encoder.ts'
import type { Link, LinkListener, Taken } from '../../gateway/core/link.ts'
import { sseEncoder } from '../../gateway/transports/sse-frame.ts'
import { webSocketEncoder } from '../../gateway/transports/ws-frame.ts'
import type { Code } from '../../shared/codes.ts'
import type { Transport } from '../../shared/stats.ts'

/** How long a peer has to take what was written before the end, as with the real sockets. */
const CLOSE_GRACE_MS = 5000

export interface SocketOptions {
  readonly transport: Transport
  /** What the system takes although the peer reads nothing. */
  readonly systemBytes: number
  /** Infinity: everything at once. */
  readonly bytesPerSecond: number
  /** By which timers fire. */
  readonly nowMs: () => number
  /** By which `performance.now` goes: ahead of the timers on a busy machine. */
  readonly elapsedMs: () => number
  /** So many bytes were written, in whole frames. `isFresh`: none of them had to wait for the socket. */
  readonly onWritten: (bytes: number, isFresh: boolean) => void
  /** Bytes that the session holds for it. */
  readonly waitingBytes: () => number
  /** The gateway reads again. */
  readonly onReading: () => void
  /** What the peer has really read, in order. */
  readonly onRead: (bytes: Buffer) => void
}

export class SimulatedSocket implements Link {
  readonly transport: Transport
  readonly encoder: Encoder
  readonly address = '127.0.0.1'
  readonly userAgent = undefined
  readonly answersHeartbeats: boolean
  listener: LinkListener | null = null
  bytesPerSecond: number
  /** How the gateway ended it. */
  ended: { code: Code; reason: string } | null = null
  /** Whether the gateway wrote although the last write was not taken, and did not end the connection with that. */
  wasHurried = false
  /** When a byte last moved that shows a living peer. */
  movedAtMs: number
  movedAtElapsedMs: number
  isReadingPaused = false
  readonly roundTripMs = null
  /** Called when the gateway ends it. */
  onEnded: ((code: Code) => void) | null = null
  /** Since when bytes wait of which none was taken; infinite while none waits. */
  waitingSinceMs = Number.POSITIVE_INFINITY
  waitingSinceElapsedMs = Number.POSITIVE_INFINITY
  /** Nobody is at the other end. */
  isDeserted = false
  readonly #options: SocketOptions
  #unread: Buffer[] = []
  #unreadBytes = 0
  #isBusy = false
  /** The next write begins with what waited. */
  #isWaitedFor = false
  #progress = 0
  #credit = 0

  constructor(options: SocketOptions) {
    this.#options = options
    this.transport = options.transport
    this.encoder = options.transport === 'sse' ? sseEncoder : webSocketEncoder
    this.answersHeartbeats = options.transport === 'websocket'
    this.bytesPerSecond = options.bytesPerSecond
    this.movedAtMs = options.nowMs()
    this.movedAtElapsedMs = options.elapsedMs()
  }

  /** Whether the gateway still has it open. */
  get isOpen(): boolean {
    return this.listener !== null && this.ended === null
  }

  write(chunk: Buffer): boolean {
    if (this.listener === null) return true
    if (this.#isBusy) this.wasHurried = true
    this.#options.onWritten(chunk.length, !this.#isBusy && !this.#isWaitedFor)
    this.#isWaitedFor = false
    this.#unread.push(chunk)
    this.#unreadBytes += chunk.length
    if (this.bytesPerSecond === Number.POSITIVE_INFINITY && !this.isDeserted) this.#read(this.#unreadBytes)
    const wasBusy = this.#isBusy
    this.#isBusy = this.#pendingOver() > 0
    if (this.#isBusy && !wasBusy) this.#waitFromNow()
    return !this.#isBusy
  }

  writeAll(chunks: readonly Buffer[]): boolean {
    return this.write(Buffer.concat(chunks))
  }

  pendingBytes(): number {
    return this.#isBusy ? this.#pendingOver() : 0
  }

  progress(): number {
    return this.#progress
  }

  noteBeat(): void {}

  /** The kernel does not tell: what it takes is all that shows. */
  async taken(): Promise<Taken | null> {
    return null
  }

  /** Bytes arrive from the peer: a command, a pong. */
  receive(bytes: number): void {
    this.#progress += bytes
    this.movedAtMs = this.#options.nowMs()
    this.movedAtElapsedMs = this.#options.elapsedMs()
  }

  /** The peer reads so many bytes; when the system has taken all the rest, the session hears of it. */
  take(bytes: number): void {
    if (this.isDeserted || this.listener === null || this.#unreadBytes === 0) return
    const pending = this.pendingBytes()
    this.#read(Math.min(bytes, this.#unreadBytes))
    if (this.#isBusy && this.#pendingOver() < pending) {
      this.receive(pending - this.#pendingOver())
      this.#waitFromNow()
    }
    if (this.ended !== null) {
      if (this.#unreadBytes === 0) this.die()
    } else if (this.#isBusy && this.#pendingOver() === 0) {
      this.#isBusy = false
      this.waitingSinceMs = Number.POSITIVE_INFINITY
      this.waitingSinceElapsedMs = Number.POSITIVE_INFINITY
      this.#isWaitedFor = this.#options.waitingBytes() > 0
      this.listener.onDrained()
    }
  }

  #waitFromNow(): void {
    this.waitingSinceMs = this.#options.nowMs()
    this.waitingSinceElapsedMs = this.#options.elapsedMs()
  }

  /** Reads at its pace for so long. */
  takeFor(ms: number): void {
    if (this.bytesPerSecond === Number.POSITIVE_INFINITY) {
      this.take(this.#unreadBytes)
      return
    }
    this.#credit += (this.bytesPerSecond * ms) / 1000
    const whole = Math.floor(this.#credit)
    this.#credit -= whole
    this.take(whole)
  }

  /** The connection is gone, with what the peer had not read. */
  die(): void {
    const { listener } = this
    this.listener = null
    this.isDeserted = true
    this.#unread = []
    this.#unreadBytes = 0
    this.#isBusy = false
    listener?.onClosed()
  }

  pauseReading(): void {
    this.isReadingPaused = true
  }

  resumeReading(): void {
    this.isReadingPaused = false
    this.#options.onReading()
  }

  end(code: Code, reason: string): void {
    this.ended = { code, reason }
    this.wasHurried = false
    this.onEnded?.(code)
    setTimeout(() => this.die(), CLOSE_GRACE_MS)
  }

  /** Bytes the system has no room for. */
  #pendingOver(): number {
    return Math.max(0, this.#unreadBytes - this.#options.systemBytes)
  }

  #read(bytes: number): void {
    let left = bytes
    while (left > 0) {
      const first = this.#unread[0]!
      const part = first.subarray(0, left)
      if (part.length === first.length) this.#unread.shift()
      else this.#unread[0] = first.subarray(part.length)
      left -= part.length
      this.#unreadBytes -= part.length
      this.#options.onRead(part)
    }
  }
}
