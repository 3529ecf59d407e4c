// One channel without history, as one connection was given it (rule C4): its messages carry the numbers of the one
// publisher it has. Knows no connection.

import type { Frame } from '../harness/frame.ts'
import type { Unstored } from './model.ts'
import type { Verdict } from './verdict.ts'

export class UnstoredLane {
  readonly channel: string
  readonly #who: string
  readonly #model: Unstored
  readonly #verdict: Verdict
  /** A cursor was presented: a gap `no_history` has to be told before `live`. */
  #owesGap: boolean
  #last: number | null = null
  /** Numbers that were passed over; whether they may be is known when their publish has its outcome. */
  #skipped: number[] = []

  constructor(channel: string, who: string, owesGap: boolean, model: Unstored, verdict: Verdict) {
    this.channel = channel
    this.#who = who
    this.#owesGap = owesGap
    this.#model = model
    this.#verdict = verdict
  }

  gap(frame: Frame): void {
    if (frame.reason !== 'no_history' || frame.oldest !== null)
      this.#verdict.add('C4', this.#who, this.channel, `wrong gap ${JSON.stringify(frame)}`)
    this.#owesGap = false
    this.#last = null
  }

  live(): void {
    if (this.#owesGap)
      this.#verdict.add('C4', this.#who, this.channel, 'live after a cursor, without the gap `no_history`')
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
