// Heartbeats of all connections from one timer: a wheel whose slots each beat once an interval. Knows no transport.

import type { Connection } from './connection.ts'
import { Pulse } from './pulse.ts'

const SLOTS = 50
/** Beats come a little early, so that timers that fire late still keep `at least every heartbeat` (rule S4). */
const HURRY = 0.9

interface Beaten {
  readonly slot: number
  readonly pulse: Pulse
}

export class Heartbeat {
  readonly #slots: Set<Connection>[] = Array.from({ length: SLOTS }, () => new Set())
  readonly #beaten = new Map<Connection, Beaten>()
  readonly #beatMs: number
  readonly #timer: NodeJS.Timeout
  #at = 0

  /** Every connection that is added beats once in `intervalMs` until it is removed. */
  constructor(intervalMs: number) {
    this.#beatMs = intervalMs * HURRY
    this.#timer = setInterval(() => this.#turn(), Math.max(1, this.#beatMs / SLOTS))
    this.#timer.unref()
  }

  add(connection: Connection): void {
    const slot = (this.#at + SLOTS - 1) % SLOTS
    this.#beaten.set(connection, { slot, pulse: new Pulse(connection) })
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
    for (const connection of this.#slots[this.#at]!)
      this.#beat(connection, this.#beaten.get(connection)!.pulse)
    this.#at = (this.#at + 1) % SLOTS
  }

  #beat(connection: Connection, pulse: Pulse): void {
    const verdict = pulse.beat(connection, this.#beatMs)
    if (verdict === 'dead') bury(connection)
    else connection.beat()
    if (verdict === 'unclear') void this.#look(connection, pulse)
  }

  async #look(connection: Connection, pulse: Pulse): Promise<void> {
    const taken = await connection.link.taken()
    if (!this.#beaten.has(connection)) return
    if (pulse.judge(taken, connection.pendingBytes) === 'dead') bury(connection)
  }
}

function bury(connection: Connection): void {
  connection.close('timeout', 'Nothing was received or taken for two heartbeats: the peer seems to be gone.')
}
