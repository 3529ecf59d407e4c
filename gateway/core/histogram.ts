// A histogram with fixed bounds: how many values were at most so large. Knows no unit and no format.

export class Histogram {
  /** Ascending. */
  readonly bounds: readonly number[]
  readonly #counts: number[]
  sum = 0
  count = 0

  constructor(bounds: readonly number[]) {
    this.bounds = bounds
    this.#counts = bounds.map(() => 0)
  }

  observe(value: number): void {
    this.sum += value
    this.count += 1
    const index = this.bounds.findIndex(bound => value <= bound)
    if (index >= 0) this.#counts[index]! += 1
  }

  /** How many were at most each bound, those of the smaller bounds included. */
  cumulative(): number[] {
    let sum = 0
    return this.#counts.map(count => {
      sum += count
      return sum
    })
  }
}
