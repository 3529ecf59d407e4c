// The publisher: collects what is published in one turn of the event loop and commits it together (the tick).
// Knows neither HTTP nor WebSocket, and no storage.

import type { Failure } from '../../shared/codes.ts'
import { formatCursor } from '../../shared/cursor.ts'
import type { ChannelRules } from './channel-rules.ts'
import type { Clock } from './clock.ts'
import { type Counters, tally } from './counters.ts'
import type { Hub } from './hub.ts'
import type { Appended, Entry, GroupOutcome, Log } from './log.ts'
import type { MessageContent } from './message-json.ts'
import type { Publication, Published } from './publication.ts'
import { checkPublication } from './publication-check.ts'
import { Queue } from './queue.ts'

/** One commit takes no more than this; the rest has the next turn. A request's publications are never split. */
const TICK_MESSAGES = 1000
const TICK_BYTES = 1024 * 1024
/** What may wait for a commit: beyond it publishers are told to come back (503). */
const MAX_WAITING_BYTES = 16 * 1024 * 1024

/**
 * What was committed is delivered first, and what is published meanwhile then leaves together, in one write for each
 * connection; without that, a fan-out of several slices is interrupted by ticks of a few messages. No longer than this: a
 * fan-out to 15,000 takes 200 ms.
 */
const MAX_GIVE_WAY_MS = 25

export interface PublisherOptions {
  readonly log: Log
  readonly hub: Hub
  readonly rules: ChannelRules
  readonly clock: Clock
  readonly counters: Counters
  readonly maxMessageBytes: number
  readonly onFault: (error: unknown) => void
}

/** For each publication its result, or why it was refused; one failure for all when they could not be committed. */
export type PublishOutcome = readonly (Published | Failure)[] | Failure

interface Request {
  /** A failure where the publication was refused before the commit. */
  readonly items: readonly (Entry | Failure)[]
  readonly entries: readonly Entry[]
  readonly bytes: number
  /** Monotonic milliseconds. */
  readonly since: number
  readonly resolve: (outcome: PublishOutcome) => void
}

export class Publisher {
  readonly #options: PublisherOptions
  readonly #waiting = new Queue<Request>()
  #waitingBytes = 0
  #isTicking = false

  constructor(options: PublisherOptions) {
    this.#options = options
  }

  /**
   * Publishes a group: one transaction, in order (rule H1). An invalid publication fails alone (rule H3); results are
   * in the order given. Resolves when the messages are committed, never rejects.
   */
  publish(group: readonly Publication[]): Promise<PublishOutcome> {
    const { rules, maxMessageBytes, counters } = this.#options
    const items = group.map((publication): Entry | Failure => {
      const rule = rules.of(publication.channel)
      const refused = checkPublication(publication, rule, maxMessageBytes)
      if (refused === null) return { ...publication, stored: rule.history !== null }
      if (refused.code === 'too_large') tally(counters.limited, 'messageBytes')
      return refused
    })
    const entries = items.filter((item): item is Entry => !('code' in item))
    const bytes = entries.reduce((sum, { data }) => sum + data.length, 0)
    if (this.#waitingBytes + bytes > MAX_WAITING_BYTES && this.#waiting.length > 0)
      return Promise.resolve(OVERLOADED)
    return new Promise(resolve => {
      this.#waiting.push({ items, entries, bytes, since: performance.now(), resolve })
      this.#waitingBytes += bytes
      this.#schedule()
    })
  }

  #schedule(): void {
    if (this.#isTicking) return
    this.#isTicking = true
    setImmediate(this.#tick)
  }

  readonly #tick = async (): Promise<void> => {
    if (this.#givesWay()) {
      setImmediate(this.#tick)
      return
    }
    const requests = this.#takeRequests()
    try {
      await this.#commit(requests)
    } catch (error) {
      this.#options.onFault(error)
      for (const { resolve } of requests) resolve(UNWRITABLE)
    }
    this.#isTicking = false
    if (this.#waiting.length > 0) this.#schedule()
  }

  async #commit(requests: readonly Request[]): Promise<void> {
    const outcomes = await this.#append(requests.map(({ entries }) => entries.filter(isForLog)))
    const passing: MessageContent[] = []
    for (const [index, request] of requests.entries()) this.#finish(request, outcomes[index]!, passing)
    if (passing.length > 0) this.#options.hub.deliverUnstored(passing)
  }

  #givesWay(): boolean {
    return this.#options.hub.isDelivering && performance.now() - this.#waiting.at(0)!.since < MAX_GIVE_WAY_MS
  }

  #takeRequests(): Request[] {
    const requests: Request[] = []
    let messages = 0
    let bytes = 0
    while (this.#waiting.length > 0) {
      const next = this.#waiting.at(0)!
      const fits = messages + next.entries.length <= TICK_MESSAGES && bytes + next.bytes <= TICK_BYTES
      if (requests.length > 0 && !fits) break
      requests.push(this.#waiting.shift()!)
      messages += next.entries.length
      bytes += next.bytes
    }
    this.#waitingBytes -= bytes
    return requests
  }

  /** Groups without anything for the log need no commit: they flow even when it cannot be written (rule C4). */
  async #append(groups: readonly (readonly Entry[])[]): Promise<readonly GroupOutcome[]> {
    const needed = groups.filter(group => group.length > 0)
    const outcomes = needed.length > 0 ? await this.#appendNeeded(needed) : []
    let at = 0
    return groups.map(group => (group.length > 0 ? outcomes[at++]! : { ok: true, entries: [] }))
  }

  async #appendNeeded(groups: readonly (readonly Entry[])[]): Promise<readonly GroupOutcome[]> {
    const { log, onFault } = this.#options
    try {
      const outcomes = await log.append(groups)
      for (const outcome of outcomes) if (!outcome.ok) onFault(outcome.error)
      return outcomes
    } catch (cause) {
      // The storage failed, of which the log itself tells operators, once.
      const error = cause instanceof Error ? cause : new Error(String(cause))
      return groups.map(() => ({ ok: false, error }))
    }
  }

  /** Answers a request; adds to `passing` what is for subscribers and was not for the log. */
  #finish(request: Request, outcome: GroupOutcome, passing: MessageContent[]): void {
    if (!outcome.ok) {
      request.resolve(UNWRITABLE)
      return
    }
    const { counters, clock } = this.#options
    counters.publishSeconds.observe((performance.now() - request.since) / 1000)
    let next = 0
    const outcomes = request.items.map(item => {
      if ('code' in item) return item
      const appended = isForLog(item) ? outcome.entries[next++] : undefined
      if (!item.stored && !appended?.duplicate) passing.push(unstoredContent(item, clock()))
      return this.#settle(item, appended)
    })
    request.resolve(outcomes)
  }

  #settle(entry: Entry, appended: Appended | undefined): Published {
    const { log, hub, counters } = this.#options
    const duplicate = appended?.duplicate ?? false
    if (!duplicate) {
      counters.published += 1
      counters.channelRates.note(entry.channel)
    }
    const seq = appended?.seq ?? null
    return {
      id: seq === null ? undefined : formatCursor(log.epoch, seq),
      channel: entry.channel,
      subscribers: hub.subscribers(entry.channel),
      duplicate,
    }
  }
}

/** Whether the log has anything to do with an entry: a place to give, or a key to remember. */
function isForLog({ stored, idempotency }: Entry): boolean {
  return stored || idempotency !== undefined
}

const OVERLOADED: Failure = {
  code: 'unavailable',
  message: 'More is being published than can be committed: publish again in a moment, or fewer at a time.',
}

const UNWRITABLE: Failure = {
  code: 'unavailable',
  message:
    "The log cannot be written, so nothing was published: see the gateway's output, then publish again.",
}

function unstoredContent(entry: Entry, time: number) {
  const { channel, data, event, user, sender, ttlMs } = entry
  return { channel, time, data, event, user, sender, expires: ttlMs === undefined ? undefined : time + ttlMs }
}
