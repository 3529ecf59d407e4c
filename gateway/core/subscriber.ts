// Somebody who listens to a channel, as the channel and the hub see it. Types only; knows no connection.

import type { ServerFrame } from '../../shared/frames.ts'

/** Whoever waits in the hub's queue. */
export interface TurnTaker {
  takeTurn(): void
}

export interface Subscriber {
  /** The channel has news. Who has to be queued for a turn; null when it is already, or cannot take one now. */
  touch(): TurnTaker | null
  /** The channel has news, and the turn is now. */
  visit(): void
  /** Whoever has everything moves to the head, past other channels' messages. */
  settle(): void
  /** Tells of something beside the messages. */
  notify(frame: ServerFrame): void
}
