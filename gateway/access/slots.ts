// A number of places for work at the same time, and a bounded line in front of them. Knows nothing of the work.

export class Slots {
  readonly #maxWaiting: number
  #free: number
  /** In the order they came. */
  readonly #waiting = new Set<() => void>()

  constructor(size: number, maxWaiting: number) {
    this.#free = size
    this.#maxWaiting = maxWaiting
  }

  /** True: a place is taken, to be given back with `leave`. False: the line is full, or the signal came first. */
  enter(signal: AbortSignal): Promise<boolean> {
    if (this.#free > 0) {
      this.#free -= 1
      return Promise.resolve(true)
    }
    if (this.#waiting.size >= this.#maxWaiting || signal.aborted) return Promise.resolve(false)
    return new Promise(resolve => {
      const enter = (): void => {
        signal.removeEventListener('abort', giveUp)
        resolve(true)
      }
      const giveUp = (): void => {
        this.#waiting.delete(enter)
        resolve(false)
      }
      this.#waiting.add(enter)
      signal.addEventListener('abort', giveUp, { once: true })
    })
  }

  /** Passes a place on to whoever waits longest. */
  leave(): void {
    const [next] = this.#waiting
    if (next === undefined) {
      this.#free += 1
      return
    }
    this.#waiting.delete(next)
    next()
  }
}
