// Random choices from one source of numbers. Knows nothing of what is chosen.

export class Dice {
  readonly #random: () => number

  /** `random`: uniform in [0, 1). */
  constructor(random: () => number) {
    this.#random = random
  }

  chance(part: number): boolean {
    return this.#random() < part
  }

  /** A whole number in [0, limit). */
  below(limit: number): number {
    return Math.floor(this.#random() * limit)
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1)
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!
  }

  /** `count` different ones, in the order they have in the list; all, if there are fewer. */
  some<T>(from: readonly T[], count: number): T[] {
    const left = [...from]
    while (left.length > count) left.splice(this.below(left.length), 1)
    return left
  }

  /** One of the choices, each as often as its weight says. */
  weigh<T>(choices: readonly (readonly [weight: number, choice: T])[]): T {
    let left = this.#random() * choices.reduce((sum, [weight]) => sum + weight, 0)
    for (const [weight, choice] of choices) {
      left -= weight
      if (left < 0) return choice
    }
    return choices.at(-1)![1]
  }
}
