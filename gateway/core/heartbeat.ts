// Heartbeats of all connections from one timer: a wheel whose slots each beat once an interval. Knows no transport.

import type { Session } from './session.ts'

const SLOTS = 50
/** Beats come a little early, so that timers that fire late still keep `at least every heartbeat` (rule S4). */
const HURRY = 0.9

interface Beaten {
  readonly slot: number
  progress: number
  silentBeats: number
}

export class Heartbeat {
  readonly #slots: Set<Session>[] = Array.from({ length: SLOTS }, () => new Set())
  readonly #beaten = new Map<Session, Beaten>()
  readonly #timer: NodeJS.Timeout
  #at = 0

  /** Every session that is added beats once in `intervalMs` until it is removed. */
  constructor(intervalMs: number) {
    this.#timer = setInterval(() => this.#turn(), Math.max(1, (intervalMs * HURRY) / SLOTS))
    this.#timer.unref()
  }

  add(session: Session): void {
    const slot = (this.#at + SLOTS - 1) % SLOTS
    this.#beaten.set(session, { slot, progress: session.link.progress(), silentBeats: 0 })
    this.#slots[slot]!.add(session)
  }

  remove(session: Session): void {
    const beaten = this.#beaten.get(session)
    if (!beaten) return
    this.#beaten.delete(session)
    this.#slots[beaten.slot]!.delete(session)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #turn(): void {
    for (const session of this.#slots[this.#at]!) this.#beat(session, this.#beaten.get(session)!)
    this.#at = (this.#at + 1) % SLOTS
  }

  /** Alive is who sent or took a byte since the last beat; two beats without either end the connection (rule W5). */
  #beat(session: Session, beaten: Beaten): void {
    const progress = session.link.progress()
    const shouldMove = session.link.answersHeartbeats || session.pendingBytes > 0
    beaten.silentBeats = progress === beaten.progress && shouldMove ? beaten.silentBeats + 1 : 0
    beaten.progress = progress
    if (beaten.silentBeats < 2) session.beat()
    else
      session.close('timeout', 'Nothing was received or taken for two heartbeats: the peer seems to be gone.')
  }
}
