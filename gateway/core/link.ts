// One socket as a session sees it. Types only; knows no WebSocket and no SSE.

import type { Code } from '../../shared/codes.ts'
import type { Transport } from '../../shared/stats.ts'
import type { Encoder } from './encoder.ts'

/** How far the peer's system is: it acknowledges bytes before the peer itself has read them. */
export interface Taken {
  /** Bytes acknowledged since the connection began. */
  readonly bytes: number
  /** Bytes that this machine's kernel holds until they are. */
  readonly underWay: number
}

export interface Link {
  readonly transport: Transport
  readonly encoder: Encoder
  readonly address: string
  readonly userAgent: string | undefined
  /** Who is told of the link's life; null while nobody is. */
  listener: LinkListener | null
  /**
   * Hands bytes to the socket. True: it took them all, more may follow. False: some wait, and the listener's
   * `onDrained` is called when they are gone.
   */
  write(chunk: Buffer): boolean
  /** The same for several, which leave together. */
  writeAll(chunks: readonly Buffer[]): boolean
  /** Bytes handed over that the socket has not taken. */
  pendingBytes(): number
  /** Grows with every byte received and every byte taken: a peer for which it stands still may be dead (rule W5). */
  progress(): number
  /** Looks how far the peer's system is; null where the kernel does not tell. Never rejects. Costly: only for peers under suspicion. */
  taken(): Promise<Taken | null>
  /** Whether a silent peer is a dead one: it has to answer heartbeats, and is read. */
  readonly answersHeartbeats: boolean
  /** A sign of life has just been written: where the peer answers, the time until then is the round trip. */
  noteBeat(): void
  /** How long the last answer to a sign of life took, in milliseconds; null: there was none yet, or nobody answers. */
  readonly roundTripMs: number | null
  /** Stops and restarts reading commands. */
  pauseReading(): void
  resumeReading(): void
  /** Ends the connection after what was written; the peer gets a bounded time to take it. */
  end(code: Code, reason: string): void
}

/** What a link tells its session. Called at most once: `onClosed`. */
export interface LinkListener {
  onDrained(): void
  onClosed(): void
}
