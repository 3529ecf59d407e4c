// Counts the cases of a run and their distinct outcomes: when nothing new comes any more, it has seen what it can see.
// Knows no protocol.

export class Tally {
  cases = 0
  readonly #outcomes = new Map<string, { count: number; firstCase: number }>()
  #lastNewCase = 0

  /** Counts one case; `outcome` is what it came to, without what differs from case to case. */
  count(outcome: string): void {
    this.cases += 1
    this.note(outcome)
  }

  /** An outcome that is part of a case counted elsewhere. */
  note(outcome: string): void {
    const known = this.#outcomes.get(outcome)
    if (known) {
      known.count += 1
      return
    }
    this.#outcomes.set(outcome, { count: 1, firstCase: this.cases })
    this.#lastNewCase = this.cases
  }

  get distinct(): number {
    return this.#outcomes.size
  }

  /** The number of the case that brought the last outcome not seen before. */
  get lastNewCase(): number {
    return this.#lastNewCase
  }

  /** Every outcome with its count, most frequent first. */
  lines(): string[] {
    const sorted = [...this.#outcomes].sort((a, b) => b[1].count - a[1].count)
    return sorted.map(([outcome, { count, firstCase }]) => `${count}\t(first at ${firstCase})\t${outcome}`)
  }
}
