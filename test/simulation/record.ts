// What was really published, acknowledged, refused and removed: the plain model that a simulated life is compared with.
// Knows no session, and lives longer than a core.

import type { Message, Removal } from '../../gateway/core/log.ts'
import type { MessageContent } from '../../gateway/core/message-json.ts'
import type { Core } from '../core/core.ts'
import type { MemoryLog } from '../memory-log.ts'
import type { HeldTime } from './held-time.ts'

/** A message of the log, and when its ttl ends in time that does not jump. */
export interface Stored extends Message {
  readonly endsMs: number
}

export interface Unstored extends MessageContent {
  readonly endsMs: number
}

/** A page that is being read is shared: it may be some milliseconds old. */
const READ_MS = 50
/** Looks at the clock between a message's last check and its write, on a busy machine. */
const MAX_LOOKS = 1000

export class Record {
  /** The log whose messages these are, as it is now. */
  store: MemoryLog
  readonly #time: HeldTime
  readonly #logTime: () => number
  /** Stored messages of each channel, in the order of the log. */
  #stored = new Map<string, Stored[]>()
  #bySeq = new Map<number, Stored>()
  /** Messages without a place in the log, in the order they were handed to live delivery. */
  readonly #unstored = new Map<string, Unstored[]>()
  readonly #removed = new Set<number>()
  readonly #noMore = new Set<number>()

  constructor(store: MemoryLog, time: HeldTime, logTime: () => number) {
    this.#time = time
    this.#logTime = logTime
    this.store = store
    this.#follow()
  }

  /** The log was put back from a copy: what it lacks was never published. */
  restore(store: MemoryLog): void {
    this.store = store
    const kept = [...this.#bySeq.values()].filter(message => message.seq <= store.head)
    this.#stored = Map.groupBy(kept, message => message.channel)
    this.#bySeq = new Map(kept.map(message => [message.seq, message]))
    for (const removed of [this.#removed, this.#noMore])
      for (const seq of removed) if (seq > store.head) removed.delete(seq)
    this.#follow()
  }

  /** Writes down what a core hands to live delivery without storing it. */
  watch({ hub, log }: Core): void {
    const deliver = hub.deliverUnstored.bind(hub)
    hub.deliverUnstored = messages => {
      if (log.isCut) return
      for (const message of messages)
        listOf(this.#unstored, message.channel).push({ ...message, endsMs: this.#endOf(message) })
      deliver(messages)
    }
  }

  stored(channel: string): readonly Stored[] {
    return listOf(this.#stored, channel)
  }

  at(seq: number): Stored | undefined {
    return this.#bySeq.get(seq)
  }

  wasRemoved(seq: number): boolean {
    return this.#removed.has(seq)
  }

  /** Once its deletion has been told, this message must not come. */
  expectNoMore(seq: number): void {
    this.#noMore.add(seq)
  }

  mayStillCome(seq: number): boolean {
    return !this.#noMore.has(seq)
  }

  unstored(channel: string): readonly Unstored[] {
    return listOf(this.#unstored, channel)
  }

  /** How many messages without a place each channel has had. */
  unstoredCounts(): ReadonlyMap<string, number> {
    return new Map([...this.#unstored].map(([channel, messages]) => [channel, messages.length]))
  }

  /** Whether nobody has to be given a message any more: its ttl ran out, or it was deleted (rule R2). */
  isGone(message: Unstored & { readonly seq?: number }): boolean {
    if (message.seq === undefined) return message.endsMs <= this.#time.elapsedMs
    if (this.#removed.has(message.seq)) return true
    return (
      message.endsMs <= this.#time.elapsedMs ||
      (message.expires ?? Number.POSITIVE_INFINITY) <= this.#logTime()
    )
  }

  /** Whether a message's ttl was over at this moment. */
  overNow(): (message: Stored) => boolean {
    const { elapsedMs, lookMs } = this.#time
    const surelyMs = elapsedMs - READ_MS - MAX_LOOKS * lookMs
    return ({ endsMs }) => endsMs <= surelyMs
  }

  #follow(): void {
    this.store.follow({
      appended: messages => {
        for (const message of messages) {
          const stored = { ...message, endsMs: this.#endOf(message) }
          listOf(this.#stored, message.channel).push(stored)
          this.#bySeq.set(message.seq, stored)
        }
      },
      removed: (removal: Removal) => {
        if ('seq' in removal) this.#removed.add(removal.seq)
      },
    })
  }

  #endOf({ expires, time }: MessageContent): number {
    return expires === undefined ? Number.POSITIVE_INFINITY : this.#time.elapsedMs + expires - time
  }
}

function listOf<T>(lists: Map<string, T[]>, channel: string): T[] {
  const list = lists.get(channel) ?? []
  lists.set(channel, list)
  return list
}
