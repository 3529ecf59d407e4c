// Whose turn it is to read from the log: those behind are served round robin, a little each turn of the event loop.
// Knows no frames.

import { Queue } from './queue.ts'

/** Reading is synchronous inside SQLite: this much of a turn, then live traffic has its own. */
const TURN_MS = 2

export class Replayer {
  readonly #waiting = new Queue<() => void>()
  #scheduled = false

  /** Queues one read; `read` starts it and looks after its own failures. */
  request(read: () => void): void {
    this.#waiting.push(read)
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(this.#turn)
  }

  /** Runs one read when its turn has come. */
  run<Result>(read: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => this.request(() => read().then(resolve, reject)))
  }

  readonly #turn = (): void => {
    this.#scheduled = false
    const end = performance.now() + TURN_MS
    do this.#waiting.shift()!()
    while (this.#waiting.length > 0 && performance.now() < end)
    if (this.#waiting.length === 0) return
    this.#scheduled = true
    setImmediate(this.#turn)
  }
}
