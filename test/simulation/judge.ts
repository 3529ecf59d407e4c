// What has to hold at every moment of a simulated life: memory is bounded, nobody is closed without a reason, and whoever is
// gone is found out (rules R3, R6, W4, W5). Knows no frames.

import type { Code } from '../../shared/codes.ts'
import { LogFailure } from '../core/late-log.ts'
import type { HeldTime } from './held-time.ts'
import type { SimulatedReader } from './reader.ts'

export const HEARTBEAT_MS = 25_000
/** A chunk and the message that ended it under way, and as much that was read from the log meanwhile. */
const MAX_PENDING_BYTES = 4 * 64 * 1024
/** With answers: a page of history has up to 512 KiB of content. */
const MAX_PENDING_ANSWERS_BYTES = 1024 * 1024
/** Two beats; they come a little early, the first by one fiftieth more, and after a late one by five more. */
const MIN_SILENCE_MS = (2 - 6 / 50) * HEARTBEAT_MS * 0.9 - 1
/** Two whole beats after the one that was under way, and one more. */
const MAX_SILENCE_MS = 4 * HEARTBEAT_MS
/** A peer is given the time in which one at 10 KB/s would read what it was given, up to 1 MiB. */
const SLOWEST_BYTES_PER_MS = 10
const MAX_HIDDEN_BYTES = 1024 * 1024
/** Whoever is gone is found out by then, with the grace of its socket. */
export const FOUND_OUT_MS = MAX_SILENCE_MS + MAX_HIDDEN_BYTES / SLOWEST_BYTES_PER_MS + 10_000
const MIN_STUCK_MS = 59_999
/** A minute and a sixth of it. */
const MAX_STUCK_MS = 71_000

export class Judge {
  isDraining = false
  /** The log failed to be read: sessions may end with `internal`. */
  hasFailedToRead = false
  /** The wall clock jumped: a token may end early or late. */
  hasJumped = false
  readonly #time: HeldTime
  readonly #problems: unknown[] = []

  constructor(time: HeldTime) {
    this.#time = time
  }

  readonly report = (problem: unknown): void => {
    this.#problems.push(problem)
  }

  /** The gateway ended a connection: there has to be a reason. */
  readonly ended = (reader: SimulatedReader, code: Code): void => {
    if (!this.#mayEnd(reader, code))
      this.report(new Error(`reader ${reader.connect.reader} was ended: ${code}`))
  }

  /** Throws the first thing that was wrong since the life began. */
  check(readers: Iterable<SimulatedReader>, faults: readonly unknown[]): void {
    const fault = faults.find(error => !(error instanceof LogFailure))
    const wrong = fault ?? this.#problems[0]
    if (wrong !== undefined) throw wrong
    for (const reader of readers) this.#checkOpen(reader)
  }

  #mayEnd({ socket, tokenEnds, wasKicked }: SimulatedReader, code: Code): boolean {
    const { nowMs } = this.#time
    switch (code) {
      case 'timeout':
        return this.#isStuck(socket) || this.#isSilent(socket)
      case 'unauthorized':
        return (
          nowMs >= tokenEnds.earliest - 1 || (this.hasJumped && tokenEnds.earliest < Number.POSITIVE_INFINITY)
        )
      case 'unavailable':
        return this.isDraining
      case 'kicked':
        return wasKicked
      case 'internal':
        return this.hasFailedToRead
      default:
        return false
    }
  }

  /** It has taken nothing for a minute, whatever it sent; by the clock. */
  #isStuck({ waitingSinceElapsedMs }: SimulatedReader['socket']): boolean {
    return this.#time.elapsedMs - waitingSinceElapsedMs >= MIN_STUCK_MS
  }

  /** Two beats, by the clock. */
  #isSilent(socket: SimulatedReader['socket']): boolean {
    const mustMove = socket.answersHeartbeats || socket.pendingBytes() > 0
    return mustMove && this.#time.elapsedMs - socket.movedAtElapsedMs >= MIN_SILENCE_MS
  }

  #checkOpen({ connect, peer, socket, isOpened, isAnswered, tokenEnds }: SimulatedReader): void {
    if (!socket.isOpen || !peer) return
    const { nowMs } = this.#time
    const name = `reader ${connect.reader}`
    const { pendingBytes, givenBytes } = peer.session
    if (pendingBytes > (isAnswered ? MAX_PENDING_BYTES : MAX_PENDING_ANSWERS_BYTES))
      throw new Error(`${pendingBytes} bytes wait for ${name}`)
    if (socket.wasHurried) throw new Error(`the busy socket of ${name} was written to`)
    const silentMs = nowMs - socket.movedAtMs
    const readingMs = Math.min(givenBytes, MAX_HIDDEN_BYTES) / SLOWEST_BYTES_PER_MS
    if (socket.answersHeartbeats && silentMs > MAX_SILENCE_MS + readingMs)
      throw new Error(`${name} is silent and still open`)
    if (nowMs - socket.waitingSinceMs > MAX_STUCK_MS) throw new Error(`${name} is stuck and still open`)
    if (isOpened && !this.hasJumped && nowMs > tokenEnds.latest + 1000)
      throw new Error(`${name}: its token has ended`)
  }
}
