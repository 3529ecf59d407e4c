// Who listens, as publishing needs it. Types only.

import type { Wire } from '../wires/wire.ts'

export interface Audience {
  /** Subscribes everybody; resolves when each has been told that it is. */
  open(port: number, wire: Wire): Promise<void>
  /** Forgets what was received so far. */
  startCount(): void
  /** Resolves when everything arrived of so many messages, numbered from `first`; rejects when it has not in time. */
  haveAll(first: number, count: number, deadlineMs: number): Promise<void>
}
