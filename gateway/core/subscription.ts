// One session's interest in one channel, and how far it got. Knows no socket.

import type { ServerFrame } from '../../shared/frames.ts'
import type { LiveChannel } from './live-channel.ts'
import type { Subscriber, TurnTaker } from './subscriber.ts'

/** The session a subscription belongs to. */
export interface SubscriptionOwner extends TurnTaker {
  /** A channel has news. True: the session wants a turn. */
  touch(subscription: Subscription): boolean
  /** The same, and the turn is now. */
  visit(subscription: Subscription): void
  settle(): void
  notify(frame: ServerFrame): void
}

export class Subscription implements Subscriber {
  readonly channel: LiveChannel
  /**
   * Nothing up to here is sent (again). While the subscription is `joining` this is its own cursor; later the
   * session's position passes it, and counts.
   */
  seq = 0
  order = 0
  /** Still replaying on a cursor of its own, after a late subscribe (rule C2). */
  joining = false
  readonly #owner: SubscriptionOwner

  constructor(owner: SubscriptionOwner, channel: LiveChannel) {
    this.#owner = owner
    this.channel = channel
  }

  touch(): TurnTaker | null {
    return this.#owner.touch(this) ? this.#owner : null
  }

  visit(): void {
    this.#owner.visit(this)
  }

  settle(): void {
    this.#owner.settle()
  }

  notify(frame: ServerFrame): void {
    this.#owner.notify(frame)
  }

  /** Whether the tail holds everything this reader lacks, when the session stands at `seq` and `order`. */
  isCovered(seq: number, order: number): boolean {
    return this.channel.covers(Math.max(seq, this.seq), Math.max(order, this.order))
  }
}
