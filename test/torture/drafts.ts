// Random messages: channels, sizes, keys and lives. Knows no way to send them.

import { type ChannelPlan, STORED } from './channels.ts'
import type { Dice } from './dice.ts'
import type { Draft } from './model.ts'

const FLOODED = 'wide:a'
const PADDING = 'padding '.repeat(10_000)

export class Drafts {
  readonly #dice: Dice
  readonly #weights: [number, ChannelPlan][] = STORED.map(plan => [plan.weight, plan])
  /** How many were drawn. */
  count = 0

  constructor(dice: Dice) {
    this.#dice = dice
  }

  /** What one request carries: a message, one to several channels, a batch, or a flood of one channel. */
  request(): Draft[] {
    const isKeyed = this.#dice.chance(0.5)
    const several = (low: number, high: number, make: () => Draft) =>
      Array.from({ length: this.#dice.between(low, high) }, make)
    const draw = this.#dice.weigh<() => Draft[]>([
      [50, () => [this.one()]],
      [10, () => [this.#toSeveral()]],
      [36, () => several(2, 40, () => this.one(isKeyed))],
      [4, () => several(100, 400, () => this.#make([FLOODED], 50, isKeyed, null))],
    ])
    return draw()
  }

  one(isKeyed = this.#dice.chance(0.5)): Draft {
    const plan = this.#dice.weigh(this.#weights)
    const ttlMs = plan.hasTtl && this.#dice.chance(0.5) ? 1000 * this.#dice.between(1, 4) : null
    return this.#make([plan.name], plan.padBytes, isKeyed, ttlMs)
  }

  #toSeveral(): Draft {
    const plans = this.#dice.some(STORED, this.#dice.between(2, 4))
    return this.#make(
      plans.map(({ name }) => name),
      200,
      this.#dice.chance(0.5),
      null,
    )
  }

  #make(channels: readonly string[], padBytes: number, isKeyed: boolean, ttlMs: number | null): Draft {
    this.count += 1
    const pad = PADDING.slice(0, this.#dice.below(padBytes))
    return { number: this.count, channels, pad, key: isKeyed ? `key-${this.count}` : null, ttlMs }
  }
}
