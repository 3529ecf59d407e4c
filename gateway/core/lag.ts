// How many messages of its channel a reader was not given yet. Looks, and moves nothing; knows no log.

import type { Place } from './pull.ts'
import type { Subscription } from './subscription.ts'

export interface Lag {
  /** Counted in the tail alone, removed ones and the reader's own included. */
  readonly messages: number
  /** The tail does not reach back to where the reader stands: there may be more, which only the log knows. */
  readonly isReplaying: boolean
}

/** `place`: where the subscription's reader stands. */
export function lagOf(subscription: Subscription, { seq, order }: Place): Lag {
  const { channel } = subscription
  const { length } = channel.entries
  const isReplaying = !subscription.isCovered(seq, order)
  // Nearly all readers stand at the end.
  if (length === 0 || !channel.entries.at(length - 1)!.isAfter(seq, order))
    return { messages: 0, isReplaying }
  return { messages: length - channel.indexAfter(seq, order), isReplaying }
}
