// A log whose answers come late and whose commits fail now and then: what a log over a network may be. Knows no gateway.

import type { Entry, Follower, From, GroupOutcome, Log, Page } from '../../gateway/core/log.ts'
import type { MemoryLog } from '../memory-log.ts'

export class LateLog implements Log {
  readonly inner: MemoryLog
  /** How many turns of the event loop the next wait takes. */
  turns: () => number = () => 0
  /** Whether the next commit fails. */
  fails: () => boolean = () => false
  /** Per channel the highest `trimmed` that a page has shown. */
  readonly trimmedSeen = new Map<string, number>()
  reads = 0

  constructor(inner: MemoryLog) {
    this.inner = inner
  }

  get epoch(): string {
    return this.inner.epoch
  }

  get head(): number {
    return this.inner.head
  }

  async append(groups: readonly (readonly Entry[])[]): Promise<readonly GroupOutcome[]> {
    await this.#wait()
    if (this.fails()) throw new Error('The disk is full.')
    const outcomes = await this.inner.append(groups)
    await this.#wait()
    return outcomes
  }

  async read(from: readonly From[], limit: number, maxBytes: number): Promise<Page> {
    this.reads += 1
    await this.#wait()
    const page = await this.inner.read(from, limit, maxBytes)
    for (const { channel, trimmed } of page.channels) {
      this.trimmedSeen.set(channel, Math.max(trimmed, this.trimmedSeen.get(channel) ?? 0))
    }
    await this.#wait()
    return page
  }

  follow(follower: Follower): () => void {
    return this.inner.follow(follower)
  }

  async #wait(): Promise<void> {
    for (let left = this.turns(); left > 0; left -= 1) await turn()
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
