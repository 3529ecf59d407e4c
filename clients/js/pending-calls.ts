// Calls that wait: for a connection to carry them, or for their answer on it (rule W3). Knows no link.

import type { FailureFrame, HistoryAnswer, PresenceFrame, Published, Ref } from '../../shared/frames.ts'
import type { Call } from './calls.ts'
import { type ProblemCode, TwinwireError } from './failure.ts'

type Answer = FailureFrame | HistoryAnswer | PresenceFrame | Published

interface Pending {
  readonly call: Call
  readonly timer: ReturnType<typeof setTimeout>
  resolve(answer: unknown): void
  reject(error: TwinwireError): void
  isSent: boolean
}

/** In all: waiting for the connection, and for the answer. */
const CALL_DEADLINE_MS = 15_000

export class PendingCalls {
  readonly #pending = new Map<Ref, Pending>()
  #lastRef = 0

  /** A number that no other command of this client has. */
  nextRef(): number {
    this.#lastRef += 1
    return this.#lastRef
  }

  /** Adds a call; `flush` sends it. Rejects with a `TwinwireError`, `timeout` after 15 s. */
  add(call: Call): Promise<unknown> {
    const ref = this.nextRef()
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#fail(ref, 'timeout', 'No answer came in time.'), CALL_DEADLINE_MS)
      this.#pending.set(ref, { call: { ...call, ref }, timer, resolve, reject, isSent: false })
    })
  }

  /** Sends what has not been sent on this connection. */
  flush(send: (call: Call) => void): void {
    for (const each of this.#pending.values()) {
      if (each.isSent) continue
      each.isSent = true
      send(each.call)
    }
  }

  /** Hands over the calls that no connection has carried, for another way to carry them out. */
  divert(run: (call: Call) => Promise<unknown>): void {
    for (const [ref, each] of this.#pending) {
      if (each.isSent) continue
      this.#forget(ref)
      run(each.call).then(each.resolve, each.reject)
    }
  }

  /** Whether the frame was the answer to a call. */
  answer(frame: Answer): boolean {
    const pending = frame.ref === undefined ? undefined : this.#pending.get(frame.ref)
    if (!pending || frame.ref === undefined) return false
    if (frame.type === 'failure') {
      this.#fail(frame.ref, frame.code, frame.message)
      return true
    }
    this.#forget(frame.ref)
    const { type, ref, ...answer } = frame
    pending.resolve(answer)
    return true
  }

  /**
   * The connection is gone. Questions are asked again on the next one, and so is a publish that cannot be done twice:
   * one with a key, by a user (keys of connections without one end with them, rule H2). Of others nobody knows.
   */
  lost(user: string | undefined): void {
    for (const [ref, each] of this.#pending) {
      const isRepeatable = each.call.type !== 'publish' || (each.call.key !== undefined && user !== undefined)
      if (!each.isSent) continue
      if (isRepeatable) each.isSent = false
      else
        this.#fail(ref, 'connection_lost', 'The connection was lost before the answer: it may be published.')
    }
  }

  /** There will be no connection. */
  end(code: ProblemCode, message: string): void {
    for (const ref of this.#pending.keys()) this.#fail(ref, code, message)
  }

  #fail(ref: Ref, code: ProblemCode, message: string): void {
    this.#pending.get(ref)?.reject(new TwinwireError(code, message))
    this.#forget(ref)
  }

  #forget(ref: Ref): void {
    clearTimeout(this.#pending.get(ref)?.timer)
    this.#pending.delete(ref)
  }
}
