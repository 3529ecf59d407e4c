// Those who may be back in a moment: one queue and one timer for all, because everybody waits equally long. Knows no rooms.

import { Queue } from './queue.ts'
import type { startTimer } from './timer.ts'

export interface DeparturesOptions {
  readonly graceMs: number
  /** Monotonic milliseconds: a clock that is set must not empty the rooms. */
  readonly now: () => number
  readonly startTimer: typeof startTimer
}

export interface Departure {
  cancel(): void
}

interface Waiting {
  readonly dueAt: number
  /** Null once cancelled. */
  act: (() => void) | null
}

export class Departures {
  readonly #options: DeparturesOptions
  readonly #waiting = new Queue<Waiting>()
  #stopTimer: (() => void) | null = null

  constructor(options: DeparturesOptions) {
    this.#options = options
  }

  /** Calls `act` when the grace is over, unless it is cancelled before. */
  add(act: () => void): Departure {
    const { now, graceMs } = this.#options
    const waiting: Waiting = { dueAt: now() + graceMs, act }
    this.#waiting.push(waiting)
    this.#arm()
    return {
      cancel: () => {
        waiting.act = null
      },
    }
  }

  /** Nobody departs any more. */
  stop(): void {
    this.#stopTimer?.()
  }

  #arm(): void {
    const next = this.#waiting.at(0)
    if (!next || this.#stopTimer) return
    const { now, startTimer } = this.#options
    this.#stopTimer = startTimer(next.dueAt - now(), this.#depart)
  }

  readonly #depart = (): void => {
    this.#stopTimer = null
    const now = this.#options.now()
    while (this.#waiting.length > 0 && this.#waiting.at(0)!.dueAt <= now) this.#waiting.shift()!.act?.()
    this.#arm()
  }
}
