// Which transport the next link takes. Knows no link: outcomes go in, the choice comes out.

import type { Transport } from '../../shared/stats.ts'

const ATTEMPTS_EACH = 2
/** How long a proxy is taken to let no WebSocket through; networks change, so then it is tried again. */
export const REMEMBERED_MS = 10 * 60_000

/** Keeps until when SSE comes first, over the visits of a browser. */
export interface TransportMemory {
  read(): number
  write(untilMs: number): void
}

export class TransportChoice {
  readonly #isFree: boolean
  readonly #memory: TransportMemory
  #current: Transport
  /** Attempts since the last link that opened. */
  #failures = 0
  /** SSE comes first until then. */
  #sseUntil: number
  #webSocketOpened = false
  #isStopgap = false

  constructor(wish: Transport | 'auto', memory: TransportMemory, now: number) {
    this.#isFree = wish === 'auto'
    this.#memory = memory
    this.#sseUntil = this.#isFree ? memory.read() : 0
    this.#current = wish === 'sse' || now < this.#sseUntil ? 'sse' : 'websocket'
  }

  get current(): Transport {
    return this.#current
  }

  /** A link ended without a welcome: when two in a row did, the other way is tried. */
  failed(): void {
    this.#failures += 1
    if (!this.#isFree || this.#failures % ATTEMPTS_EACH !== 0) return
    this.#current = this.#current === 'sse' ? 'websocket' : 'sse'
  }

  /**
   * A link was welcomed. SSE is here to stay only where WebSocket never opened and SSE did at its first attempt: that
   * looks like a proxy, and is remembered. Where WebSocket once worked, or SSE failed as well, it looks like an outage.
   */
  opened(now: number): void {
    if (this.#current === 'websocket') this.#webSocketOpened = true
    const isFallback = this.#isFree && this.#current === 'sse'
    this.#isStopgap = isFallback && (this.#webSocketOpened || this.#failures > ATTEMPTS_EACH)
    if (isFallback && !this.#isStopgap && this.#failures > 0) {
      this.#sseUntil = now + REMEMBERED_MS
      this.#memory.write(this.#sseUntil)
    }
    this.#failures = 0
  }

  /** A welcomed link ended; SSE does within its hour (rule S9). After a stopgap, or a while, WebSocket comes first again. */
  ended(now: number): void {
    if (this.#isFree && (this.#isStopgap || now >= this.#sseUntil)) this.#current = 'websocket'
  }
}
