// Notices a connection that has gone silent: half-open peers show no close event. Knows no frames.

/** Asks after one silent beat and gives up after two; returns a handle that is touched by every arrival. */
export class Watchdog {
  readonly #beatMs: number
  readonly #onSilent: () => void
  readonly #onDead: () => void
  #silentBeats = 0
  readonly #timer: ReturnType<typeof setInterval>

  constructor(beatMs: number, onSilent: () => void, onDead: () => void) {
    this.#beatMs = beatMs
    this.#onSilent = onSilent
    this.#onDead = onDead
    // A fifth more than the gateway's own beat, so that its heartbeat has arrived when it is missed.
    this.#timer = setInterval(() => this.#beat(), this.#beatMs * 1.2)
  }

  touch(): void {
    this.#silentBeats = 0
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #beat(): void {
    this.#silentBeats += 1
    if (this.#silentBeats === 2) this.#onSilent()
    if (this.#silentBeats > 2) this.#onDead()
  }
}
