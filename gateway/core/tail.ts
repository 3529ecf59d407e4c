// The tail: the newest messages of the channels somebody here listens to, bounded in bytes. Knows no log and no socket.

import { Arena } from './arena.ts'
import type { LiveChannel } from './live-channel.ts'
import type { MessageContent } from './message-json.ts'
import { Queue } from './queue.ts'
import { TailEntry } from './tail-entry.ts'

/** Enough for a second of heavy traffic; whoever falls further behind reads from the log. */
export const TAIL_BYTES = 32 * 1024 * 1024

export class Tail {
  readonly #entries = new Queue<TailEntry>()
  readonly #maxBytes: number
  readonly #arena = new Arena()
  #bytes = 0
  /** The newest seq of the log that was followed. */
  seq: number
  /** The newest order of arrival. */
  order = 0

  constructor(seq: number, maxBytes: number) {
    this.seq = seq
    this.#maxBytes = maxBytes
  }

  /** Takes a message that the log has committed, in its order. */
  appendStored(channel: LiveChannel, message: MessageContent, id: string, seq: number): void {
    this.seq = seq
    this.#append(channel, message, id)
  }

  /** Takes a message of a channel without history (rule C4). */
  appendUnstored(channel: LiveChannel, message: MessageContent): void {
    this.#append(channel, message, null)
  }

  #append(channel: LiveChannel, message: MessageContent, id: string | null): void {
    this.order += 1
    const entry = new TailEntry(channel, message, { id, seq: this.seq, order: this.order }, this.#arena)
    channel.entries.push(entry)
    this.#entries.push(entry)
    this.#bytes += entry.heldBytes
    while (this.#bytes > this.#maxBytes && this.#entries.length > 1) this.#evictOldest()
  }

  #evictOldest(): void {
    const entry = this.#entries.shift()!
    this.#bytes -= entry.heldBytes
    entry.holder.evict(entry)
  }
}
