// A log whose answers come late, and that fails now and then: what a log over a network may be. Knows no gateway.

import type { Entry, Follower, From, GroupOutcome, Log, Page } from '../../gateway/core/log.ts'
import type { MemoryLog } from '../memory-log.ts'

/**
 * How a call fails. `before`: at once. `after`: late, and nothing is stored either. `lost`: stored, but the answer is an
 * error. `group`: the first group alone cannot be written.
 */
export type LogFault = 'before' | 'after' | 'lost' | 'group'

/** What a failing log throws; a fault of the gateway is something else. */
export class LogFailure extends Error {
  override readonly name = 'LogFailure'
}

export class LateLog implements Log {
  readonly inner: MemoryLog
  /** How many turns of the event loop the next wait takes. */
  turns: () => number = () => 0
  /** Whether and how the next commit fails. */
  fault: () => LogFault | null = () => null
  /** Whether the next read fails. */
  failsToRead: () => boolean = () => false
  /** Per channel the highest `trimmed` that a page has shown. */
  readonly trimmedSeen = new Map<string, number>()
  reads = 0
  /** Calls that have not been answered. */
  underWay = 0
  readonly #stops: (() => void)[] = []
  isCut = false

  constructor(inner: MemoryLog) {
    this.inner = inner
  }

  get epoch(): string {
    return this.inner.epoch
  }

  get head(): number {
    return this.inner.head
  }

  append(groups: readonly (readonly Entry[])[]): Promise<readonly GroupOutcome[]> {
    return this.#count(this.#append(groups))
  }

  read(from: readonly From[], limit: number, maxBytes: number): Promise<Page> {
    return this.#count(this.#read(from, limit, maxBytes))
  }

  async #append(groups: readonly (readonly Entry[])[]): Promise<readonly GroupOutcome[]> {
    const fault = this.fault()
    if (fault === 'before') throw new LogFailure('The disk is full.')
    await this.#wait()
    if (fault === 'after') throw new LogFailure('The disk is full, which was noticed late.')
    const outcomes = await this.inner.append(fault === 'group' ? groups.slice(1) : groups)
    await this.#wait()
    if (fault === 'lost') throw new LogFailure('The answer was lost.')
    if (fault !== 'group') return outcomes
    return [{ ok: false, error: new LogFailure('The first group cannot be written.') }, ...outcomes]
  }

  async #read(from: readonly From[], limit: number, maxBytes: number): Promise<Page> {
    this.reads += 1
    await this.#wait()
    if (this.failsToRead()) throw new LogFailure('The page cannot be read.')
    const page = await this.inner.read(from, limit, maxBytes)
    for (const { channel, trimmed } of page.channels) {
      this.trimmedSeen.set(channel, Math.max(trimmed, this.trimmedSeen.get(channel) ?? 0))
    }
    await this.#wait()
    return page
  }

  follow(follower: Follower): () => void {
    const stop = this.inner.follow(follower)
    this.#stops.push(stop)
    return stop
  }

  /** Whoever uses this log was killed: it hears nothing more, and what it waits for never comes. */
  cut(): void {
    this.isCut = true
    for (const stop of this.#stops) stop()
  }

  async #count<T>(call: Promise<T>): Promise<T> {
    this.underWay += 1
    try {
      return await call
    } finally {
      this.underWay -= 1
    }
  }

  async #wait(): Promise<void> {
    for (let left = this.turns(); left > 0; left -= 1) await turn()
    if (this.isCut) await new Promise(() => {})
  }
}

/** One turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}

/** So many turns of the event loop. */
export async function turns(count: number): Promise<void> {
  for (let left = count; left > 0; left -= 1) await turn()
}
