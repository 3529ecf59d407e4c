// A witness reads every frame of one connection, as its bytes arrive, and throws at the first that breaks a promise (rules
// C2, C3, C4, H4, R2–R4, W3). Knows the record of what was published, and nothing of how the gateway works.

import { parseCursor } from '../../shared/cursor.ts'
import type { Sent, SentFrame } from '../core/wire.ts'
import { Heard } from './heard.ts'
import type { Record, Stored } from './record.ts'

/** What was true when a frame was written. */
export interface Written {
  readonly unstored: ReadonlyMap<string, number>
  /** The log's newest seq. */
  readonly head: number
  /** Whether a message's ttl was over; what had to wait for the socket was given in time. */
  readonly wasOver: (message: Stored) => boolean
}

/** What a later subscription asked for, by the `ref` of its command. */
export interface Asked {
  readonly since?: string | undefined
}

export interface WitnessOptions {
  readonly record: Record
  readonly epoch: string
  readonly hasHistory: (channel: string) => boolean
  /** The highest place up to which a page has shown a channel trimmed. */
  readonly trimmed: (channel: string) => number
  readonly since: string | undefined
  readonly sender: string | undefined
  /** What ended before it connected is never seen (rule N4). */
  readonly wasOver: (message: Stored) => boolean
  readonly asked: (ref: number) => Asked
}

const FAILURES = new Set(['unavailable', 'not_found', 'forbidden', 'internal'])

export class Witness {
  readonly heard = new Map<string, Heard>()
  /** The code of the goodbye, after which nothing comes. */
  goodbye: string | undefined
  /** The `ref` of the last answer; commands are numbered in the order sent, and answered in it. */
  answered = 0
  readonly #options: WitnessOptions
  readonly #deletedSeqs = new Set<number>()
  /** The seq at which the one stream stands. */
  #streamSeq = -1
  #hasWelcome = false
  /** Where a client that hears nothing but the welcome resumes. */
  #welcomeSeq = 0

  readonly #takers: { readonly [type: string]: (sent: Sent, written: Written) => void } = {
    welcome: ({ eventId }) => {
      this.#hasWelcome = true
      if (eventId !== undefined) this.#welcomeSeq = this.#seqOf(eventId)
      this.#remember(eventId)
    },
    heartbeat: ({ eventId }) => this.#remember(eventId),
    subscribed: ({ frame }, written) => this.#subscribed(frame, written),
    unsubscribed: ({ frame }) => void this.heard.delete(frame.channel!),
    gap: ({ frame }, written) => this.#gap(frame, written),
    message: ({ frame, eventId }, written) =>
      frame.id === undefined ? this.#unstored(frame) : this.#stored(frame, eventId, written),
    live: ({ frame, eventId }) => this.#live(frame, eventId),
    history: ({ frame }) => this.#history(frame),
    deleted: ({ frame }) => this.#deleted(frame),
    failure: ({ frame }) => {
      if (!FAILURES.has(frame.code!)) throw new Error(`unexpected ${JSON.stringify(frame)}`)
    },
    goodbye: ({ frame }) => {
      this.goodbye = frame.code
    },
  }

  constructor(options: WitnessOptions) {
    this.#options = options
  }

  /** Where a client that is cut off now resumes; undefined while it has nothing to name. */
  get resumePoint(): string | undefined {
    return this.#streamSeq < 0 ? this.#options.since : `${this.#options.epoch}-${this.#streamSeq}`
  }

  /** Takes the next frame. */
  take(sent: Sent, written: Written): void {
    const { frame } = sent
    if (!this.#hasWelcome && frame.type !== 'welcome' && frame.type !== 'goodbye')
      throw new Error(`${frame.type} before welcome`)
    if (this.goodbye !== undefined) throw new Error(`${frame.type} after goodbye`)
    if (frame.ref !== undefined) this.#answer(frame)
    this.#takers[frame.type]?.(sent, written)
  }

  /** Nothing more is under way: everything is there, and `live` was said of every channel. */
  checkComplete(): void {
    for (const heard of this.heard.values()) heard.checkComplete()
  }

  #answer({ ref, type }: SentFrame): void {
    if (ref !== this.answered + 1) throw new Error(`${type} answers ${ref} after ${this.answered}`)
    this.answered = ref
  }

  #subscribed(frame: SentFrame, written: Written): void {
    const channel = frame.channel!
    if (this.heard.has(channel)) return
    const { record, epoch, sender } = this.#options
    const since = frame.ref === undefined ? this.#options.since : this.#options.asked(Number(frame.ref)).since
    const cursor = this.#seqOf(frame.cursor!)
    const asked = since === undefined ? null : parseCursor(since)
    const hasHistory = this.#options.hasHistory(channel)
    const isKnown = hasHistory && asked !== null && asked.epoch === epoch && asked.seq <= record.store.head
    const start = isKnown ? Math.min(asked.seq, cursor) : cursor
    if ((since !== undefined) !== (frame.recovered !== undefined)) throw new Error(`${channel}: recovered?`)
    if (frame.recovered && (start !== cursor || !isKnown))
      throw new Error(`${channel}: recovered, but from ${cursor}`)
    const inStream = frame.ref === undefined
    if (inStream && hasHistory && this.#welcomeSeq > start)
      throw new Error(`the welcome named ${this.#welcomeSeq}, but ${channel} begins after ${start}`)
    if (inStream && hasHistory)
      this.#streamSeq = this.#streamSeq < 0 ? start : Math.min(this.#streamSeq, start)
    const unstoredBefore = written.unstored.get(channel) ?? 0
    const replayEnd = written.head
    const heard = new Heard({
      channel,
      record,
      hasHistory,
      sender,
      start,
      inStream,
      unstoredBefore,
      replayEnd,
    })
    heard.owesGap = frame.recovered === false
    this.heard.set(channel, heard)
  }

  #gap(frame: SentFrame, written: Written): void {
    const heard = this.#heardOf(frame)
    heard.isLive = false
    heard.owesGap = false
    if ((frame.reason === 'no_history') === heard.hasHistory)
      throw new Error(`wrong gap ${JSON.stringify(frame)}`)
    if (frame.reason === 'no_history') {
      if (frame.oldest !== null) throw new Error(`wrong gap ${JSON.stringify(frame)}`)
      heard.excuseUnstored(written.unstored.get(heard.channel) ?? 0)
      return
    }
    const requested = parseCursor(frame.requested ?? '')
    const { epoch, record, trimmed } = this.#options
    const isOurs = requested?.epoch === epoch && requested.seq <= record.store.head
    if ((frame.reason === 'reset') === isOurs) throw new Error(`wrong gap ${JSON.stringify(frame)}`)
    if (frame.reason === 'reset') return
    const end = trimmed(heard.channel)
    if (requested!.seq >= end) throw new Error(`a gap after ${requested!.seq}, but only ${end} were trimmed`)
    const oldest = frame.oldest === null ? Number.POSITIVE_INFINITY : this.#seqOf(frame.oldest!)
    heard.excuseThrough(Math.min(end, oldest - 1))
  }

  #stored(frame: SentFrame, eventId: string | undefined, written: Written): void {
    const heard = this.#heardOf(frame)
    const real = this.#real(frame)
    const { sender, wasOver } = this.#options
    if (sender !== undefined && real.sender === sender) throw new Error(`${frame.id}: own message`)
    if (wasOver(real) || written.wasOver(real)) throw new Error(`${frame.id}: its ttl was over`)
    if (this.#deletedSeqs.has(real.seq) && !this.#options.record.mayStillCome(real.seq))
      throw new Error(`${frame.id} came after its deletion was told`)
    if (eventId !== undefined && eventId !== frame.id) throw new Error(`event id ${eventId} for ${frame.id}`)
    heard.take(real)
    if (!heard.inStream) return
    if (real.seq <= this.#streamSeq)
      throw new Error(`${heard.channel}: ${real.seq}, but the stream was at ${this.#streamSeq}`)
    this.#moveStream(real.seq, heard)
  }

  #unstored(frame: SentFrame): void {
    const heard = this.#heardOf(frame)
    if (heard.hasHistory) throw new Error(`${heard.channel}: a message without an id`)
    const { record, sender } = this.#options
    const data = JSON.stringify(frame.data)
    if (sender !== undefined && frame.sender === sender) throw new Error(`${data}: own message`)
    // The same may be there twice: a key counts for ten minutes only.
    heard.takeUnstored(place => {
      const message = record.unstored(heard.channel)[place]
      return message?.data === data && message.time === frame.time
    })
  }

  #live(frame: SentFrame, eventId: string | undefined): void {
    for (const channel of frame.channels!) {
      const heard = this.heard.get(channel)
      if (!heard) throw new Error(`live for ${channel}, to which nobody is subscribed`)
      if (heard.owesGap) throw new Error(`live for ${channel}, which owes a gap`)
      heard.becomeLive()
    }
    const seq = this.#seqOf(frame.cursor!)
    if (seq < this.#streamSeq) throw new Error(`live at ${seq}, but the stream was at ${this.#streamSeq}`)
    this.#moveStream(seq)
    this.#remember(eventId)
  }

  #deleted({ id }: SentFrame): void {
    const seq = this.#seqOf(id!)
    if (!this.#options.record.wasRemoved(seq)) throw new Error(`${id} is not deleted`)
    this.#deletedSeqs.add(seq)
  }

  /** A page of history has no holes between its first and its last message. */
  #history(frame: SentFrame): void {
    const page = frame.messages as unknown as readonly SentFrame[]
    const { record } = this.#options
    const seqs = new Set(page.map(message => this.#real(message).seq))
    const [first, last] = [Math.min(...seqs), Math.max(...seqs)]
    const missing = record
      .stored(frame.channel!)
      .find(
        message =>
          message.seq > first && message.seq < last && !seqs.has(message.seq) && !record.isGone(message),
      )
    if (missing) throw new Error(`history of ${frame.channel} lacks ${missing.seq}`)
  }

  #remember(eventId: string | undefined): void {
    if (eventId === undefined) return
    const seq = this.#seqOf(eventId)
    if (seq < this.#streamSeq) throw new Error(`the cursor went back from ${this.#streamSeq} to ${seq}`)
    this.#moveStream(seq)
  }

  /** Whoever resumes from here misses nothing: everything up to it is there. */
  #moveStream(seq: number, but?: Heard): void {
    for (const heard of this.heard.values()) if (heard.inStream && heard !== but) heard.checkThrough(seq)
    this.#streamSeq = seq
  }

  #real(frame: SentFrame): Stored {
    const real = this.#options.record.at(this.#seqOf(frame.id!))
    const isReal = real?.data === JSON.stringify(frame.data) && real.channel === frame.channel
    if (!isReal || real.sender !== frame.sender) throw new Error(`${frame.id} is not what was published`)
    return real
  }

  #heardOf(frame: SentFrame): Heard {
    const heard = this.heard.get(frame.channel!)
    if (!heard) throw new Error(`${JSON.stringify(frame)} without a subscription`)
    if (heard.owesGap && frame.type === 'message')
      throw new Error(`${heard.channel}: a message before the gap`)
    return heard
  }

  #seqOf(cursor: string): number {
    const position = parseCursor(cursor)
    if (position?.epoch !== this.#options.epoch) throw new Error(`${cursor} is no cursor of this log`)
    return position.seq
  }
}
