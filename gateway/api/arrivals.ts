// Who waits for the next message of a channel (long polls): one follower of the log for all of them. Knows no HTTP.

import type { Follower, Log, Message } from '../core/log.ts'

/** One wait, from its start on: what is committed between the start and a look at the log is not missed. */
export interface Arrival {
  /** Resolves at the channel's next message, after the time given, at `cancel` or when all waiting ends. */
  readonly ended: Promise<void>
  cancel(): void
}

export class Arrivals {
  readonly #waiting = new Map<string, Set<() => void>>()
  readonly #unfollow: () => void
  #closed = false

  constructor(log: Pick<Log, 'follow'>) {
    const follower: Follower = { appended: messages => this.#wake(messages), removed: () => {} }
    this.#unfollow = log.follow(follower)
  }

  /** Starts waiting for the next message of a channel, for so many milliseconds at most. */
  await(channel: string, timeoutMs: number): Arrival {
    const { promise, resolve } = Promise.withResolvers<void>()
    if (this.#closed) {
      resolve()
      return { ended: promise, cancel: resolve }
    }
    const waiting = this.#waiting.get(channel) ?? new Set()
    this.#waiting.set(channel, waiting)
    const cancel = () => {
      clearTimeout(timer)
      waiting.delete(cancel)
      if (waiting.size === 0 && this.#waiting.get(channel) === waiting) this.#waiting.delete(channel)
      resolve()
    }
    const timer = setTimeout(cancel, timeoutMs)
    waiting.add(cancel)
    return { ended: promise, cancel }
  }

  /** Ends all waits, and every later one at once. */
  close(): void {
    this.#closed = true
    this.#unfollow()
    for (const waiting of [...this.#waiting.values()]) end(waiting)
  }

  #wake(messages: readonly Message[]): void {
    if (this.#waiting.size === 0) return
    for (const { channel } of messages) {
      const waiting = this.#waiting.get(channel)
      if (waiting) end(waiting)
    }
  }
}

function end(waiting: ReadonlySet<() => void>): void {
  for (const cancel of [...waiting]) cancel()
}
