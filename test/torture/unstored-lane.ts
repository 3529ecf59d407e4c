// One channel without history, as one connection was given it (rule C4): its messages carry the numbers of the one
// publisher it has. Knows no frames.

import type { Unstored } from './model.ts'
import type { Verdict } from './verdict.ts'

export class UnstoredLane {
  readonly channel: string
  /** A cursor was presented: `no_history` has to be told. */
  awaitsGap = false
  readonly #who: string
  readonly #model: Unstored
  readonly #verdict: Verdict
  #last: number | null = null
  /** Numbers that were passed over; whether they may be is known when their publish has its outcome. */
  #skipped: number[] = []

  constructor(channel: string, who: string, model: Unstored, verdict: Verdict) {
    this.channel = channel
    this.#who = who
    this.#model = model
    this.#verdict = verdict
  }

  gap(): void {
    this.awaitsGap = false
    this.#last = null
  }

  deliver(number: number): void {
    if (this.#last !== null && number <= this.#last)
      this.#verdict.add('C4', this.#who, this.channel, `message ${number} came after ${this.#last}`)
    if (this.#last !== null) for (let at = this.#last + 1; at < number; at += 1) this.#skipped.push(at)
    this.#last = number
  }

  verify(): void {
    for (const number of this.#skipped)
      if (!this.#model.mayBeMissing(this.channel, number))
        this.#verdict.add('C4', this.#who, this.channel, `message ${number} is missing, without a gap`)
    this.#skipped = []
  }
}
