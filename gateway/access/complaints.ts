// Tells the log of a fault that may come back a thousand times a second, but only now and then. Knows no logger.

import type { Clock } from '../core/clock.ts'

const EVERY_MS = 10_000

/** Takes the sentence for one fault. */
export type Complain = (message: string) => void

/** Passes on the first complaint, and then one in ten seconds with the number of those left out. */
export function createComplaints(warn: Complain, clock: Clock): Complain {
  let nextMs = 0
  let leftOut = 0
  return message => {
    const now = clock()
    if (now < nextMs) {
      leftOut += 1
      return
    }
    warn(leftOut === 0 ? message : `${message} (${leftOut} more since the last such line.)`)
    nextMs = now + EVERY_MS
    leftOut = 0
  }
}
