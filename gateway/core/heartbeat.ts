// Heartbeats of all connections from one timer: a wheel whose slots each beat once an interval. Knows no transport.

import type { Connection } from './connection.ts'

const SLOTS = 50
/** Beats come a little early, so that timers that fire late still keep `at least every heartbeat` (rule S4). */
const HURRY = 0.9

interface Beaten {
  readonly slot: number
  progress: number
  silentBeats: number
}

export class Heartbeat {
  readonly #slots: Set<Connection>[] = Array.from({ length: SLOTS }, () => new Set())
  readonly #beaten = new Map<Connection, Beaten>()
  readonly #timer: NodeJS.Timeout
  #at = 0

  /** Every connection that is added beats once in `intervalMs` until it is removed. */
  constructor(intervalMs: number) {
    this.#timer = setInterval(() => this.#turn(), Math.max(1, (intervalMs * HURRY) / SLOTS))
    this.#timer.unref()
  }

  add(connection: Connection): void {
    const slot = (this.#at + SLOTS - 1) % SLOTS
    this.#beaten.set(connection, { slot, progress: connection.link.progress(), silentBeats: 0 })
    this.#slots[slot]!.add(connection)
  }

  remove(connection: Connection): void {
    const beaten = this.#beaten.get(connection)
    if (!beaten) return
    this.#beaten.delete(connection)
    this.#slots[beaten.slot]!.delete(connection)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #turn(): void {
    for (const connection of this.#slots[this.#at]!) this.#beat(connection, this.#beaten.get(connection)!)
    this.#at = (this.#at + 1) % SLOTS
  }

  /** Alive is who sent or took a byte since the last beat; two beats without either end the connection (rule W5). */
  #beat(connection: Connection, beaten: Beaten): void {
    const progress = connection.link.progress()
    // Who does not answer heartbeats shows that it is gone only by bytes that nobody takes.
    const shouldMove = connection.link.answersHeartbeats || connection.pendingBytes > 0
    beaten.silentBeats = shouldMove && progress === beaten.progress ? beaten.silentBeats + 1 : 0
    beaten.progress = progress
    if (beaten.silentBeats < 2) connection.beat()
    else
      connection.close(
        'timeout',
        'Nothing was received or taken for two heartbeats: the peer seems to be gone.',
      )
  }
}
