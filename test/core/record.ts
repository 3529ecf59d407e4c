// What was really published and removed, as the plain model that a simulation compares deliveries with. Knows no session.

import type { Message, Removal } from '../../gateway/core/log.ts'
import type { MessageContent } from '../../gateway/core/message-json.ts'
import type { Core } from './core.ts'

export class Record {
  readonly core: Core
  readonly clock: () => number
  /** Stored messages of each channel, in the order of the log. */
  readonly #stored = new Map<string, Message[]>()
  /** Messages without a place in the log, in the order they were handed to live delivery. */
  readonly #unstored = new Map<string, MessageContent[]>()
  readonly #removed = new Set<number>()

  constructor(core: Core, clock: () => number) {
    this.core = core
    this.clock = clock
    const { hub } = core
    core.log.follow({
      appended: messages => {
        for (const message of messages) this.stored(message.channel).push(message)
      },
      removed: (removal: Removal) => {
        if ('seq' in removal) this.#removed.add(removal.seq)
      },
    })
    const deliver = hub.deliverUnstored.bind(hub)
    hub.deliverUnstored = message => {
      this.unstored(message.channel).push(message)
      deliver(message)
    }
  }

  stored(channel: string): Message[] {
    return listOf(this.#stored, channel)
  }

  unstored(channel: string): MessageContent[] {
    return listOf(this.#unstored, channel)
  }

  /** Everything up to here has left the channel, as far as any page has shown. */
  trimmed(channel: string): number {
    return this.core.log.trimmedSeen.get(channel) ?? 0
  }

  /** Whether nobody has to be given a message any more: its ttl ran out, or it was deleted (rule R2). */
  isGone(message: MessageContent & { seq?: number }): boolean {
    if (message.seq !== undefined && this.#removed.has(message.seq)) return true
    return message.expires !== undefined && message.expires <= this.clock()
  }
}

function listOf<T>(lists: Map<string, T[]>, channel: string): T[] {
  const list = lists.get(channel) ?? []
  lists.set(channel, list)
  return list
}
