// Whether the peer of one connection is alive, judged beat by beat (rule W5). Knows no timer and no transport.
//
// A peer that does not answer may be gone, or it may be slow: the ping it should answer stands behind everything it has not
// read yet, here in the process, in the kernel, and in buffers on the way. So the pulse counts what a slow peer may still
// have unread, and as long as that is something, judges by what the peer's system acknowledges.

import type { Connection } from './connection.ts'
import type { Taken } from './link.ts'

/** A peer that reads at least 10 KB/s is never mistaken for a dead one: a phone on a bad network, reading text. */
const SLOWEST_BYTES_PER_MS = 10
/**
 * What may lie unread where acknowledged bytes no longer show: in the peer's own buffers, or those of a proxy. A
 * frozen peer whose system goes on acknowledging is kept for this, at the slowest rate: less than two minutes more.
 */
const MAX_HIDDEN_BYTES = 1024 * 1024

/** `unclear`: ask `judge`. */
export type Verdict = 'alive' | 'dead' | 'unclear'

export class Pulse {
  #progress: number
  #givenBytes: number
  /** At most so much is unread by a peer that reads at the slowest rate. */
  #unreadBytes = 0
  #silentBeats = 0
  #takenBytes = -1
  #stillBeats = 0

  constructor({ link, givenBytes }: Pick<Connection, 'link' | 'givenBytes'>) {
    this.#progress = link.progress()
    this.#givenBytes = givenBytes
  }

  /** Called once a beat, `intervalMs` after the one before. */
  beat({ link, givenBytes, pendingBytes }: Connection, intervalMs: number): Verdict {
    const progress = link.progress()
    const hasMoved = progress !== this.#progress
    this.#progress = progress
    this.#drain(givenBytes, intervalMs)
    // Who does not answer heartbeats shows that it is gone only by bytes that nobody takes.
    const shouldMove = link.answersHeartbeats || pendingBytes > 0
    if (hasMoved || !shouldMove) {
      this.#silentBeats = 0
      this.#stillBeats = 0
      this.#takenBytes = -1
      return 'alive'
    }
    this.#silentBeats += 1
    if (pendingBytes > 0 || this.#unreadBytes > 0) return 'unclear'
    return this.#silentBeats < 2 ? 'alive' : 'dead'
  }

  /** The verdict on a silent peer with bytes before it, given how far its system is (null: nobody tells). */
  judge(taken: Taken | null, pendingBytes: number): 'alive' | 'dead' {
    if (taken === null) {
      this.#unreadBytes = Math.min(this.#unreadBytes, MAX_HIDDEN_BYTES)
      return pendingBytes > 0 && this.#silentBeats >= 2 ? 'dead' : 'alive'
    }
    const { bytes, underWay } = taken
    // Before the first look nobody knows since when it stands still: a peer with bytes to take has a beat more.
    this.#stillBeats = bytes > this.#takenBytes || underWay === 0 ? 0 : this.#stillBeats + 1
    this.#takenBytes = bytes
    this.#unreadBytes = Math.min(Math.max(this.#unreadBytes, underWay), underWay + MAX_HIDDEN_BYTES)
    return this.#stillBeats < 2 ? 'alive' : 'dead'
  }

  #drain(givenBytes: number, intervalMs: number): void {
    const given = givenBytes - this.#givenBytes
    this.#givenBytes = givenBytes
    this.#unreadBytes = Math.max(0, this.#unreadBytes + given - SLOWEST_BYTES_PER_MS * intervalMs)
  }
}
