// Which transport the next link takes. Knows no link and no clock: outcomes go in, the choice comes out.

import type { Transport } from '../../shared/stats.ts'

const ATTEMPTS_EACH = 2

export class TransportChoice {
  readonly #isFree: boolean
  #current: Transport
  /** Attempts since the last link that opened. */
  #failures = 0
  #webSocketOpened = false
  #isStopgap = false

  constructor(wish: Transport | 'auto') {
    this.#isFree = wish === 'auto'
    this.#current = wish === 'sse' ? 'sse' : 'websocket'
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
   * looks like a proxy. Where WebSocket once worked, or SSE failed as well, it looks like an outage.
   */
  opened(): void {
    if (this.#current === 'websocket') this.#webSocketOpened = true
    const outage = this.#webSocketOpened || this.#failures > ATTEMPTS_EACH
    this.#isStopgap = this.#isFree && this.#current === 'sse' && outage
    this.#failures = 0
  }

  /** A welcomed link ended. A stopgap does so within its hour (rule S9), and then WebSocket comes first again. */
  ended(): void {
    if (this.#isStopgap) this.#current = 'websocket'
  }
}
