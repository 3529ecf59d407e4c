// What one connection has heard of one channel, and whether that is all it should have (rules R2, R3, R4, C4, H4).
// Knows the record of what was published; throws at the first message that is missing, late, or there twice.

import type { Record, Stored, Unstored } from './record.ts'

export interface HeardOptions {
  readonly channel: string
  readonly record: Record
  readonly hasHistory: boolean
  /** Messages of others with this sender are not due (rule H4). */
  readonly sender: string | undefined
  /** Messages after this seq are due. */
  readonly start: number
  /** The log's head when it was subscribed: up to there everything is replay. */
  readonly replayEnd: number
  /** How many messages without a place the channel had had. */
  readonly unstoredBefore: number
  /** Part of the connection's one stream; a later subscription is once `live` names it (rule C2). */
  readonly inStream: boolean
}

export class Heard {
  readonly channel: string
  readonly hasHistory: boolean
  inStream: boolean
  isLive = false
  /** `recovered` was false: the gap has to come before anything else. */
  owesGap = false
  readonly #record: Record
  readonly #sender: string | undefined
  readonly #got = new Set<number>()
  /** The last seq, or the last place in the record of a channel without history. */
  #last: number
  /** Every message up to this seq is accounted for. */
  #checked: number
  /** The first in the record that is not: what it costs to look stays small. */
  #at = 0
  /** Gaps told: what is missing up to here is excused. */
  #gapThrough = 0
  readonly #replayEnd: number
  /** The first message without a place that is still due. */
  #next: number

  constructor(options: HeardOptions) {
    this.channel = options.channel
    this.hasHistory = options.hasHistory
    this.inStream = options.inStream
    this.#record = options.record
    this.#sender = options.sender
    this.#last = options.hasHistory ? options.start : -1
    this.#checked = options.start
    this.#next = options.unstoredBefore
    this.#replayEnd = options.replayEnd
  }

  /** `live` was said: the replay has to be complete, and from now on the channel is part of the one stream. */
  becomeLive(): void {
    this.isLive = true
    this.inStream = true
    this.checkThrough(this.#replayEnd)
  }

  /** A stored message came; everything before it has to be there. */
  take(message: Stored): void {
    if (message.seq <= this.#last) throw new Error(`${this.channel}: ${message.seq} after ${this.#last}`)
    this.checkThrough(message.seq - 1)
    this.#got.add(message.seq)
    this.#last = message.seq
  }

  /** A message without a place came. */
  takeUnstored(isIt: (place: number) => boolean): void {
    const end = this.#record.unstored(this.channel).length
    const find = (from: number): number => {
      let at = from
      while (at < end && !isIt(at)) at += 1
      return at
    }
    const due = find(Math.max(this.#next, this.#last + 1))
    const at = due < end ? due : find(this.#last + 1)
    if (at === end) throw new Error(`${this.channel}: an unstored message came late, twice, or from nowhere`)
    this.#last = at
    // What was handed over between `subscribed` and its write comes too, though it is not due.
    this.checkUnstored(at)
    this.#next = Math.max(this.#next, at + 1)
  }

  /** Messages up to this seq were trimmed before this connection got them. */
  excuseThrough(seq: number): void {
    this.#gapThrough = Math.max(this.#gapThrough, seq)
  }

  /** Messages without a place before this one are lost, which was told. */
  excuseUnstored(end: number): void {
    this.#next = Math.max(this.#next, end)
  }

  /** Throws when a stored message up to a seq is missing. */
  checkThrough(through: number): void {
    if (!this.hasHistory || through <= this.#checked) return
    const stored = this.#record.stored(this.channel)
    for (let message = stored[this.#at]; message && message.seq <= through; message = stored[this.#at]) {
      if (message.seq > this.#checked && !this.#isAccounted(message)) {
        throw new Error(`${this.channel}: ${message.seq} is missing before ${through}`)
      }
      this.#at += 1
    }
    this.#checked = through
  }

  /** Throws when a message without a place, before one, is missing. */
  checkUnstored(end: number): void {
    const unstored = this.#record.unstored(this.channel)
    for (; this.#next < end; this.#next += 1) {
      const message = unstored[this.#next]!
      if (!this.#record.isGone(message) && !this.#isOwn(message)) {
        throw new Error(`${this.channel}: the unstored message ${message.data} is missing`)
      }
    }
  }

  /** Nothing more is under way: `live` was said, and everything is there. */
  checkComplete(): void {
    if (!this.isLive) throw new Error(`no live for ${this.channel}`)
    if (this.hasHistory) this.checkThrough(this.#record.store.head)
    else this.checkUnstored(this.#record.unstored(this.channel).length)
  }

  #isAccounted(message: Stored): boolean {
    if (message.seq <= this.#gapThrough || this.#got.has(message.seq)) return true
    return this.#isOwn(message) || this.#record.isGone(message)
  }

  #isOwn(message: Unstored): boolean {
    return this.#sender !== undefined && message.sender === this.#sender
  }
}
