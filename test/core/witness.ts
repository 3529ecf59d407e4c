// A witness reads every frame of one connection and throws at the first that breaks a promise (rules C2, C4, H4, R2–R4).
// Knows the record of what was published, and nothing of how the gateway works.

import { parseCursor } from '../../shared/cursor.ts'
import type { Record } from './record.ts'
import type { Sent, SentFrame } from './wire.ts'

interface Heard {
  readonly channel: string
  readonly hasHistory: boolean
  /** Messages after this seq are due. */
  readonly start: number
  readonly got: Set<number>
  /** The last seq, or the last place in the record of a channel without history. */
  last: number
  /** Every message up to here is accounted for. */
  checked: number
  /** Gaps told: what is missing up to here is excused. */
  gapThrough: number
  /** Part of the connection's one stream; a later subscription is once `live` names it (rule C2). */
  inStream: boolean
  isLive: boolean
  /** For channels without history: where the next message stands in the record. */
  next: number
}

export class Witness {
  readonly heard = new Map<string, Heard>()
  readonly #record: Record
  readonly #since: string | undefined
  readonly #sender: string | undefined
  /** The seq at which the one stream stands. */
  #streamSeq = -1
  hasWelcome = false

  constructor(record: Record, since: string | undefined, sender: string | undefined) {
    this.#record = record
    this.#since = since
    this.#sender = sender
  }

  /** Where a client that is cut off now resumes; undefined while it has nothing to name. */
  get resumePoint(): string | undefined {
    return this.#streamSeq < 0 ? this.#since : this.#record.core.log.inner.cursor(this.#streamSeq)
  }

  /** Takes the next frame. `requested`: what the subscribe command of a later subscription asked for. */
  take({ frame, eventId }: Sent, requested: (ref: SentFrame['ref']) => string | undefined): void {
    if (!this.hasWelcome && frame.type !== 'welcome') throw new Error(`${frame.type} before welcome`)
    switch (frame.type) {
      case 'welcome':
        this.hasWelcome = true
        this.#remember(eventId)
        return
      case 'subscribed':
        this.#subscribed(frame, frame.ref === undefined ? this.#since : requested(frame.ref))
        return
      case 'unsubscribed':
        this.heard.delete(frame.channel!)
        return
      case 'gap':
        this.#gap(frame)
        return
      case 'message':
        if (frame.id === undefined) this.#unstored(frame)
        else this.#stored(frame, eventId)
        return
      case 'live':
        this.#live(frame, eventId)
        return
      case 'heartbeat':
        this.#remember(eventId)
        return
      case 'failure':
        // The log fails now and then, and an `unsubscribe` may be sent twice.
        if (frame.code === 'unavailable' || frame.code === 'not_found') return
        throw new Error(`unexpected ${JSON.stringify(frame)}`)
      case 'goodbye':
        throw new Error(`unexpected ${JSON.stringify(frame)}`)
    }
  }

  /** Nothing more is under way: everything is there, and `live` was said of every channel. */
  checkComplete(head: number): void {
    for (const heard of this.heard.values()) {
      if (!heard.isLive) throw new Error(`no live for ${heard.channel}`)
      if (heard.hasHistory) this.#checkThrough(heard, head)
      else this.#checkUnstored(heard, this.#record.unstored(heard.channel).length)
    }
  }

  #subscribed(frame: SentFrame, since: string | undefined): void {
    const channel = frame.channel!
    if (this.heard.has(channel)) return
    const { core } = this.#record
    const cursor = seqOf(frame.cursor!)
    const asked = since === undefined ? null : parseCursor(since)
    const isKnown = asked !== null && asked.epoch === core.log.epoch && frame.recovered !== undefined
    const hasHistory = core.context.rules.of(channel).history !== null
    const start = isKnown && hasHistory ? Math.min(asked.seq, cursor) : cursor
    if (since !== undefined && frame.recovered === undefined)
      throw new Error(`${channel}: recovered is missing`)
    if (frame.recovered && start !== cursor) throw new Error(`${channel}: recovered, but from ${cursor}`)
    const inStream = frame.ref === undefined
    if (inStream && hasHistory && this.#streamSeq < 0) this.#streamSeq = start
    if (inStream && hasHistory) this.#streamSeq = Math.min(this.#streamSeq, start)
    this.heard.set(channel, {
      channel,
      hasHistory,
      start,
      got: new Set(),
      last: hasHistory ? start : -1,
      checked: start,
      gapThrough: 0,
      inStream,
      isLive: false,
      next: this.#record.unstored(channel).length,
    })
  }

  #gap(frame: SentFrame): void {
    const heard = this.#heardOf(frame)
    heard.isLive = false
    if (frame.reason === 'no_history') {
      if (heard.hasHistory || frame.oldest !== null) throw new Error(`wrong gap ${JSON.stringify(frame)}`)
      heard.next = this.#record.unstored(heard.channel).length
      return
    }
    if (frame.reason === 'reset') return
    const trimmed = this.#record.trimmed(heard.channel)
    const stood = seqOf(frame.requested!)
    if (stood >= trimmed) throw new Error(`a gap after ${stood}, but only ${trimmed} were trimmed`)
    const oldest = frame.oldest === null ? Number.POSITIVE_INFINITY : seqOf(frame.oldest!)
    heard.gapThrough = Math.max(heard.gapThrough, Math.min(trimmed, oldest - 1))
  }

  #stored(frame: SentFrame, eventId: string | undefined): void {
    const heard = this.#heardOf(frame)
    const seq = seqOf(frame.id!)
    const real = this.#record.stored(heard.channel).find(message => message.seq === seq)
    if (real?.data !== JSON.stringify(frame.data)) throw new Error(`${frame.id} is not what was published`)
    if (this.#sender !== undefined && frame.sender === this.#sender)
      throw new Error(`${frame.id}: own message`)
    if (seq <= heard.last) throw new Error(`${heard.channel}: ${seq} after ${heard.last}`)
    if (heard.inStream) {
      if (seq <= this.#streamSeq)
        throw new Error(`${heard.channel}: ${seq}, but the stream was at ${this.#streamSeq}`)
      for (const other of this.heard.values()) if (other.inStream) this.#checkThrough(other, seq - 1)
      this.#streamSeq = seq
    } else this.#checkThrough(heard, seq - 1)
    if (eventId !== undefined && eventId !== frame.id) throw new Error(`event id ${eventId} for ${frame.id}`)
    heard.got.add(seq)
    heard.last = seq
    heard.checked = Math.max(heard.checked, seq)
  }

  #unstored(frame: SentFrame): void {
    const heard = this.#heardOf(frame)
    const data = JSON.stringify(frame.data)
    const at = this.#record.unstored(heard.channel).findIndex(message => message.data === data)
    if (at < 0) throw new Error(`${data} was never published`)
    if (this.#sender !== undefined && frame.sender === this.#sender) throw new Error(`${data}: own message`)
    if (at <= heard.last) throw new Error(`${heard.channel}: the unstored message ${data} came late or twice`)
    heard.last = at
    // What was handed over between `subscribed` and its write comes too, though it is not due.
    this.#checkUnstored(heard, at)
    heard.next = Math.max(heard.next, at + 1)
  }

  #live(frame: SentFrame, eventId: string | undefined): void {
    const seq = seqOf(frame.cursor!)
    for (const channel of frame.channels!) {
      const heard = this.heard.get(channel)
      if (!heard) throw new Error(`live for ${channel}, to which nobody is subscribed`)
      heard.isLive = true
      heard.inStream = true
    }
    for (const heard of this.heard.values())
      if (heard.inStream && heard.hasHistory) this.#checkThrough(heard, seq)
    if (seq < this.#streamSeq) throw new Error(`live at ${seq}, but the stream was at ${this.#streamSeq}`)
    this.#streamSeq = seq
    this.#remember(eventId)
  }

  #remember(eventId: string | undefined): void {
    if (eventId === undefined) return
    const seq = seqOf(eventId)
    if (seq < this.#streamSeq) throw new Error(`the cursor went back from ${this.#streamSeq} to ${seq}`)
    for (const heard of this.heard.values())
      if (heard.inStream && heard.hasHistory) this.#checkThrough(heard, seq)
    this.#streamSeq = seq
  }

  #checkThrough(heard: Heard, through: number): void {
    if (!heard.hasHistory || through <= heard.checked) return
    for (const message of this.#record.stored(heard.channel)) {
      const { seq, sender } = message
      if (seq <= heard.checked || seq > through || heard.got.has(seq)) continue
      const isExcused = seq <= heard.gapThrough || this.#record.isGone(message) || this.#isOwn(sender)
      if (!isExcused) throw new Error(`${heard.channel}: ${seq} is missing before ${through}`)
    }
    heard.checked = through
  }

  #checkUnstored(heard: Heard, end: number): void {
    for (const [at, message] of this.#record.unstored(heard.channel).entries()) {
      if (at < heard.next || at >= end || this.#record.isGone(message) || this.#isOwn(message.sender))
        continue
      throw new Error(`${heard.channel}: the unstored message ${message.data} is missing`)
    }
  }

  #heardOf(frame: SentFrame): Heard {
    const heard = this.heard.get(frame.channel!)
    if (!heard) throw new Error(`${JSON.stringify(frame)} without a subscription`)
    return heard
  }

  #isOwn(sender: string | undefined): boolean {
    return this.#sender !== undefined && sender === this.#sender
  }
}

function seqOf(cursor: string): number {
  const position = parseCursor(cursor)
  if (!position) throw new Error(`${cursor} is no cursor`)
  return position.seq
}
