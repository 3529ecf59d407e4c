// The drain: how the gateway leaves without losing anyone (rule R5). Knows no HTTP and no transport.

import type { Connections } from '../core/connections.ts'
import type { Farewell } from '../core/goodbye.ts'

/** Goodbyes in one turn of the event loop. */
const SLICE = 256

const REASON = 'The gateway is restarting: reconnect with the last id, nothing is lost.'

export interface DrainOptions {
  readonly connections: Pick<Connections, 'all'>
  readonly windowMs: number
  /** Uniform in [0, 1). */
  readonly random: () => number
  /** Monotonic milliseconds. */
  readonly now: () => number
}

export class Drain {
  readonly #options: DrainOptions
  #endsAt: number | null = null
  #end: (() => void) | null = null

  constructor(options: DrainOptions) {
    this.#options = options
  }

  get isDraining(): boolean {
    return this.#endsAt !== null
  }

  /** Why no stream is taken now, and when to come back, once this gateway has gone; null before the drain. */
  turnAway(): Farewell | null {
    if (this.#endsAt === null) return null
    const { now, random, windowMs } = this.#options
    const afterMs = Math.max(0, this.#endsAt - now()) + random() * windowMs
    return { code: 'unavailable', message: REASON, afterMs }
  }

  /** Says goodbye to everyone, each to come back at another moment; resolves when the window is over. */
  async run(): Promise<void> {
    const { windowMs, now } = this.#options
    this.#endsAt = now() + windowMs
    const window = new Promise<void>(resolve => {
      const timer = setTimeout(resolve, windowMs)
      this.#end = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    await this.#sayGoodbyes()
    await window
  }

  /** Ends the window early: somebody at the terminal is waiting. */
  hurry(): void {
    this.#end?.()
  }

  async #sayGoodbyes(): Promise<void> {
    const { connections, random, windowMs } = this.#options
    for (const [index, connection] of connections.all().entries()) {
      connection.close('unavailable', REASON, random() * windowMs)
      // Publishes go on meanwhile: 15,000 goodbyes in a row would hold them up.
      if (index % SLICE === SLICE - 1) await new Promise(resolve => setImmediate(resolve))
    }
  }
}
