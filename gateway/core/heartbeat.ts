// Heartbeats of all connections from one timer: a wheel whose slots each beat once an interval. Knows no transport.

import type { Connection } from './connection.ts'
import { Pulse } from './pulse.ts'

const SLOTS = 50
/** Beats come a little early, so that timers that fire late still keep `at least every heartbeat` (rule S4). */
const HURRY = 0.9
/**
 * Slots that a late timer makes up for: without, the lateness of fifty timers would add up to one late round. Not more,
 * because a peer must have time to answer between two beats.
 */
const MAX_SLOTS_A_TURN = 5

interface Beaten {
  readonly slot: number
  readonly pulse: Pulse
  isLooking: boolean
}

export class Heartbeat {
  readonly #slots: Set<Connection>[] = Array.from({ length: SLOTS }, () => new Set())
  readonly #beaten = new Map<Connection, Beaten>()
  readonly #beatMs: number
  readonly #slotMs: number
  readonly #timer: NodeJS.Timeout
  #at = 0
  /** When the next slot is due, in monotonic milliseconds. */
  #dueAt: number

  /** Every connection that is added beats once in `intervalMs` until it is removed. */
  constructor(intervalMs: number) {
    this.#beatMs = intervalMs * HURRY
    this.#slotMs = Math.max(1, this.#beatMs / SLOTS)
    this.#dueAt = performance.now() + this.#slotMs
    this.#timer = setInterval(() => this.#turn(), this.#slotMs)
    this.#timer.unref()
  }

  add(connection: Connection): void {
    const slot = (this.#at + SLOTS - 1) % SLOTS
    this.#beaten.set(connection, { slot, pulse: new Pulse(connection), isLooking: false })
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
    const now = performance.now()
    let slots = 0
    do {
      this.#turnSlot()
      this.#dueAt += this.#slotMs
      slots += 1
    } while (this.#dueAt <= now && slots < MAX_SLOTS_A_TURN)
    // What is later than that is let go.
    if (this.#dueAt <= now) this.#dueAt = now + this.#slotMs
  }

  #turnSlot(): void {
    for (const connection of this.#slots[this.#at]!) this.#beat(connection, this.#beaten.get(connection)!)
    this.#at = (this.#at + 1) % SLOTS
  }

  #beat(connection: Connection, beaten: Beaten): void {
    const verdict = beaten.pulse.beat(connection, this.#beatMs)
    if (verdict === 'dead') bury(connection)
    else connection.beat()
    if (verdict === 'unclear' && !beaten.isLooking) void this.#look(connection, beaten)
  }

  /** One look at a time: two that share a reading would see a peer stand still that had no time to move. */
  async #look(connection: Connection, beaten: Beaten): Promise<void> {
    beaten.isLooking = true
    const taken = await connection.link.taken()
    beaten.isLooking = false
    if (this.#beaten.get(connection) !== beaten) return
    if (beaten.pulse.judge(taken, connection.pendingBytes) === 'dead') bury(connection)
  }
}

function bury(connection: Connection): void {
  connection.close('timeout', 'Nothing was received or taken for two heartbeats: the peer seems to be gone.')
}
