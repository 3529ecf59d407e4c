// What happens to one connection on its way: drawn at random, carried out by the proxy. Knows no sockets.

import type { Dice } from './dice.ts'

export interface Fault {
  /** The connection is cut when it is this old. */
  readonly cutAfterMs: number | null
  /** The connection is cut within what goes down to the client, after this many bytes. */
  readonly cutAfterBytes: number | null
  /** A reset instead of a regular end. */
  readonly isReset: boolean
  /** The client is cut off at once, the gateway hears of it only this much later: a half-open peer. */
  readonly halfOpenMs: number
  /** From this age on nothing passes for a while, though both sockets stay open. */
  readonly stall: { readonly afterMs: number; readonly forMs: number } | null
  /** Each piece waits this long, both ways. */
  readonly delayMs: number
  /** So many bytes each way go one by one. */
  readonly dripBytes: number
}

export const NO_FAULT: Fault = {
  cutAfterMs: null,
  cutAfterBytes: null,
  isReset: false,
  halfOpenMs: 0,
  stall: null,
  delayMs: 0,
  dripBytes: 0,
}

export function drawFault(dice: Dice): Fault {
  const isReset = dice.chance(0.5)
  const halfOpenMs = dice.chance(0.3) ? dice.between(100, 4000) : 0
  return dice.weigh<Fault>([
    [40, NO_FAULT],
    [15, { ...NO_FAULT, isReset, halfOpenMs, cutAfterMs: dice.between(1, 3000) }],
    [
      15,
      { ...NO_FAULT, isReset, halfOpenMs, cutAfterBytes: dice.between(1, dice.chance(0.5) ? 2000 : 200_000) },
    ],
    [12, { ...NO_FAULT, stall: { afterMs: dice.between(1, 1500), forMs: dice.between(50, 4000) } }],
    [8, { ...NO_FAULT, dripBytes: dice.between(100, 1500), cutAfterMs: dice.chance(0.5) ? 2000 : null }],
    [10, { ...NO_FAULT, delayMs: dice.between(1, 60) }],
  ])
}
