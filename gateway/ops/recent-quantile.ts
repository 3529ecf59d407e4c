// A quantile of what a histogram has counted since the last look. Knows no unit.

import type { Histogram } from '../core/histogram.ts'

export class RecentQuantile {
  readonly #histogram: Histogram
  readonly #share: number
  #before: readonly number[]
  #countBefore = 0

  /** `share` of all values, such as 0.99. */
  constructor(histogram: Histogram, share: number) {
    this.#histogram = histogram
    this.#share = share
    this.#before = histogram.bounds.map(() => 0)
  }

  /**
   * The value at or below which the share of the values since the last call lay, as exactly as the bounds tell; above
   * the last bound it is that bound. `null` when there were none.
   */
  next(): number | null {
    const { bounds, count } = this.#histogram
    const now = this.#histogram.cumulative()
    const since = now.map((value, index) => value - this.#before[index]!)
    const wanted = (count - this.#countBefore) * this.#share
    this.#before = now
    this.#countBefore = count
    if (wanted === 0) return null
    const index = since.findIndex(value => value >= wanted)
    if (index < 0) return bounds.at(-1)!
    const below = since[index - 1] ?? 0
    const from = bounds[index - 1] ?? 0
    return from + ((bounds[index]! - from) * (wanted - below)) / (since[index]! - below)
  }
}
