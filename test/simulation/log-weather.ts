// How the log behaves at the moment: how late it answers, and which of its next calls fail. Outlives the cores that use it.

import type { LateLog, LogFault } from '../core/late-log.ts'

export class LogWeather {
  /** Called when a read is about to fail. */
  readonly #onReadFault: () => void
  #turns: readonly number[] = [0]
  #at = 0
  #faults: LogFault[] = []
  #readFaults = 0

  constructor(onReadFault: () => void) {
    this.#onReadFault = onReadFault
  }

  /** From now on the log waits so many turns, in this order, over and over. */
  setTurns(turns: readonly number[]): void {
    this.#turns = turns.length > 0 ? turns : [0]
  }

  fail(how: LogFault | 'read', count: number): void {
    if (how === 'read') this.#readFaults += count
    else for (let left = count; left > 0; left -= 1) this.#faults.push(how)
  }

  /** No faults and no waits from now on. */
  clear(): void {
    this.#turns = [0]
    this.#faults = []
    this.#readFaults = 0
  }

  rule(log: LateLog): void {
    log.turns = () => {
      this.#at += 1
      return this.#turns[this.#at % this.#turns.length]!
    }
    log.fault = () => this.#faults.shift() ?? null
    log.failsToRead = () => {
      if (this.#readFaults === 0) return false
      this.#readFaults -= 1
      this.#onReadFault()
      return true
    }
  }
}
