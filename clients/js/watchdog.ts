// Notices a connection that has gone silent: half-open peers show no close event. Knows no frames.

export interface WatchdogOptions {
  /** How often the gateway makes itself heard where scripts can hear it, in milliseconds. */
  readonly beatMs: number
  /** Provokes an answer, where the transport can. */
  ask(): void
  onDead(): void
}

/** A fifth more than the gateway's own beat, so that its heartbeat has arrived when it is missed. */
const PATIENCE = 1.2
/** What an answer may take on a slow phone. */
const ANSWER_MS = 10_000

/** Asks after a silent beat and gives up when nothing comes: whatever arrives is a sign of life. */
export class Watchdog {
  readonly #options: WatchdogOptions
  readonly #silenceMs: number
  /** By the clock, not by counted beats: timers stand still while a machine sleeps, and the silence does not. */
  #heardAt = Date.now()
  #isAsking = false
  #timer: ReturnType<typeof setTimeout>

  constructor(options: WatchdogOptions) {
    this.#options = options
    this.#silenceMs = options.beatMs * PATIENCE
    this.#timer = setTimeout(() => this.#look(), this.#silenceMs)
  }

  touch(): void {
    this.#heardAt = Date.now()
    if (!this.#isAsking) return
    this.#isAsking = false
    this.#lookIn(this.#silenceMs)
  }

  /**
   * Asks now, because there is reason to doubt. Something a moment ago is answer enough; without a way to ask, silence
   * shorter than a beat proves nothing.
   */
  doubt(canAsk: boolean): void {
    const silentMs = Date.now() - this.#heardAt
    if (!this.#isAsking && silentMs > (canAsk ? 1000 : this.#silenceMs)) this.#ask()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #look(): void {
    const leftMs = this.#heardAt + this.#silenceMs - Date.now()
    if (leftMs > 0) this.#lookIn(leftMs)
    else this.#ask()
  }

  #ask(): void {
    this.#isAsking = true
    this.#options.ask()
    clearTimeout(this.#timer)
    // Even when time has stood still what lies in the socket is read first: a timer that is due comes before it.
    this.#timer = setTimeout(() => this.#options.onDead(), Math.min(ANSWER_MS, this.#options.beatMs))
  }

  #lookIn(delayMs: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#look(), delayMs)
  }
}
