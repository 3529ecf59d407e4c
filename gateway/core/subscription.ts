// One session's interest in one channel, and how far it got. Knows no socket.

import type { LiveChannel } from './live-channel.ts'
import type { Session } from './session.ts'

export class Subscription {
  readonly session: Session
  readonly channel: LiveChannel
  /**
   * Nothing up to here is sent (again). While the subscription is `joining` this is its own cursor; later the
   * session's position passes it, and counts.
   */
  seq = 0
  order = 0
  /** Still replaying on a cursor of its own, after a late subscribe (rule C2). */
  joining = false

  constructor(session: Session, channel: LiveChannel) {
    this.session = session
    this.channel = channel
  }

  /** Whether the tail holds everything this reader lacks, when the session stands at `seq` and `order`. */
  isCovered(seq: number, order: number): boolean {
    const { channel } = this
    return channel.hasHistory
      ? Math.max(seq, this.seq) >= channel.evictedSeq
      : Math.max(order, this.order) >= channel.evictedOrder
  }
}
