// A reader's account of what it was given: every frame of all its connections, held against the protocol (C2, C4, S3, W3)
// and passed on to one lane for each channel. It also knows where to resume, as a client would. Knows no sockets.

import { parseCursor } from '../../shared/cursor.ts'
import type { Frame } from '../harness/frame.ts'
import { Answers, type Command } from './answers.ts'
import { Lane } from './lane.ts'
import type { Model, Payload } from './model.ts'
import type { Trace } from './trace.ts'
import { UnstoredLane } from './unstored-lane.ts'
import type { Verdict } from './verdict.ts'

export interface Witnesses {
  readonly model: Model
  readonly verdict: Verdict
  readonly trace: Pick<Trace, "tell" | "lastOf">
  readonly clock: () => number
}

/** What a connection is opened with. */
export interface Opening {
  readonly channels: readonly string[]
  readonly since?: string | undefined
  readonly history?: number | undefined
}

interface Held {
  readonly lane: Lane
  /** A later subscription stands on its own cursor until its `live` (rule C2). */
  joining: boolean
  own: number
  /** The connection on which it was subscribed to last. */
  connection: number
  /** `recovered: false` was said: a gap has to follow, before any message; it covers (after, cursor]. */
  awaitsGap: { readonly after: number; readonly cursor: number; readonly requested: string } | null
}

export class Account {
  readonly who: string
  delivered = 0
  gaps = 0
  isWelcomed = false
  /** `live` was said of every channel of this connection. */
  isLive = false
  readonly #w: Witnesses
  readonly #held = new Map<string, Held>()
  readonly #unstored = new Map<string, UnstoredLane>()
  /** Ended, but not accounted for to the end. */
  #closing: { lane: Lane; through: number }[] = []
  #wide = 0
  /** Where the one stream stands; null before it has a place. */
  #place: number | null = null
  #opening: Opening = { channels: [] }
  #openedAt = 0
  #connection = 0
  #waitingForLive = new Set<string>()
  readonly #answers: Answers

  constructor(who: string, witnesses: Witnesses) {
    this.who = who
    this.#w = witnesses
    this.#answers = new Answers((rule, text) => this.#blame(rule, '-', text))
  }

  get lanes(): Iterable<Lane> {
    return [...[...this.#held.values()].map(({ lane }) => lane), ...this.#closing.map(({ lane }) => lane)]
  }

  get channels(): readonly string[] {
    return [...this.#held.keys(), ...this.#unstored.keys()]
  }

  get wideGaps(): number {
    return [...this.#held.values()].reduce((sum, { lane }) => sum + lane.wideGaps, this.#wide)
  }

  /** Where to resume: the stream's channels and its place. Null: nothing was begun. */
  resumption(): Opening | null {
    if (this.#place === null) return null
    const inStream = [...this.#held.values()].filter(({ joining }) => !joining)
    const channels = [...inStream.map(({ lane }) => lane.channel), ...this.#unstored.keys()]
    return { channels, since: this.#cursor(this.#place) }
  }

  /** Later subscriptions that a cut connection had not merged, with their own cursors. */
  joining(): { channel: string; since: string }[] {
    const held = [...this.#held.values()].filter(({ joining }) => joining)
    return held.map(({ lane, own }) => ({ channel: lane.channel, since: this.#cursor(own) }))
  }

  /** Where a channel stands, for subscribing to it again later. */
  cursorOf(channel: string): string | null {
    const held = this.#held.get(channel)
    if (!held) return null
    return this.#cursor(this.#placeOf(held))
  }

  /** Gives up everything and begins anew. */
  forget(): void {
    for (const held of this.#held.values()) this.#close(held)
    this.#held.clear()
    this.#unstored.clear()
    this.#place = null
  }

  connected(opening: Opening): void {
    this.#opening = opening
    this.#openedAt = this.#w.clock()
    this.#connection += 1
    this.isWelcomed = false
    this.isLive = opening.channels.length === 0
    this.#waitingForLive = new Set(opening.channels)
    this.#answers.clear()
  }

  disconnected(): void {
    this.isLive = false
    for (const held of this.#held.values()) {
      if (held.awaitsGap) this.#excuseOpening(held)
      held.lane.closeGap(this.#placeOf(held))
    }
    // Nothing told it where the stream stands: the next connection begins anew.
    if (this.#place === null) this.forget()
  }

  sent(command: Command): void {
    this.#answers.expect(command)
  }

  /** Takes the next frame; `id` is what stood on the event's `id:` line. */
  take(frame: Frame, id: string | null): void {
    if (!this.isWelcomed && frame.type !== 'welcome' && frame.type !== 'goodbye') {
      this.#blame('S3', '-', `${frame.type} came before \`welcome\``)
    }
    if (frame.type === 'message') return this.#message(frame, id)
    this.#w.trace.tell(this.who, frame.type, { ...frame, type: undefined, messages: undefined })
    const command = this.#answers.take(frame)
    switch (frame.type) {
      case 'welcome':
        this.isWelcomed = true
        return
      case 'subscribed':
        return this.#subscribed(frame, command)
      case 'gap':
        return this.#gap(frame)
      case 'live':
        return this.#live(frame)
      case 'heartbeat':
        return this.#moveTo(id, 'heartbeat')
      case 'unsubscribed':
        return this.#unsubscribed(frame.channel!)
      case 'history':
        return this.#history(frame, command)
      case 'goodbye':
        if (frame.reconnect !== true || (frame.code !== 'unavailable' && frame.code !== 'timeout'))
          this.#blame('R6', '-', `unexpected ${JSON.stringify(frame)}`)
        return
      case 'failure':
        if (frame.code !== 'not_found' || command?.type !== 'unsubscribe')
          this.#blame('R6', '-', `unexpected ${JSON.stringify(frame)}`)
        return
    }
  }

  /** Accounts for what came, as far as the model is settled. */
  verify(): void {
    const now = this.#w.clock()
    for (const held of this.#held.values()) held.lane.verify(this.#placeOf(held), now)
    this.#closing = this.#closing.filter(({ lane, through }) => {
      lane.verify(through, now)
      if (lane.checked < through) return true
      this.#wide += lane.wideGaps
      return false
    })
    for (const lane of this.#unstored.values()) lane.verify()
  }

  /** At rest, everybody stands at the end of what is known, and everything is accounted for. */
  verifyRest(): void {
    this.verify()
    for (const { lane } of this.#held.values()) {
      const { newest } = this.#w.model.books.get(lane.channel)!
      if (lane.checked < newest)
        this.#blame('R2', lane.channel, `at rest it stands at ${lane.checked}, but ${newest} is stored`)
    }
    if (!this.isLive) this.#blame('R4', '-', 'at rest it was never told `live` for all its channels')
  }

  #subscribed(frame: Frame, command: Command | undefined): void {
    const channel = frame.channel!
    const cursor = this.#w.model.seqOf(frame.cursor, this.who)
    if (!this.#w.model.books.has(channel)) return this.#subscribedUnstored(channel, frame)
    const late = frame.ref !== undefined
    const held = this.#held.get(channel)
    // Subscribed to again: nothing is replayed.
    if (late && held?.connection === this.#connection) return
    const since = late ? command?.since : this.#opening.since
    const asked = since === undefined ? null : this.#placeAsked(since)
    if ((since !== undefined) !== (frame.recovered !== undefined))
      this.#blame('R2', channel, `\`recovered\` is ${frame.recovered} after since=${since}`)
    if (frame.recovered && asked !== cursor)
      this.#blame('R2', channel, `recovered, but from ${cursor} on instead of ${since}`)
    const start = asked ?? (since === undefined ? cursor : 0)
    const next = held ?? this.#open(channel, start, late)
    next.connection = this.#connection
    next.lane.reopen(start)
    if (frame.recovered === false) next.awaitsGap = { after: start, cursor, requested: since! }
    if (late) next.own = Math.max(next.own, start)
    else this.#place = Math.min(this.#place ?? Number.POSITIVE_INFINITY, asked ?? cursor)
    if (late) this.#waitFor(channel)
  }

  #subscribedUnstored(channel: string, frame: Frame): void {
    const lane = new UnstoredLane(channel, this.who, this.#w.model.unstored, this.#w.verdict)
    lane.awaitsGap = this.#opening.since !== undefined
    if (lane.awaitsGap !== (frame.recovered === false))
      this.#blame('C4', channel, `\`recovered\` is ${frame.recovered} after since=${this.#opening.since}`)
    this.#unstored.get(channel)?.verify()
    this.#unstored.set(channel, lane)
  }

  #gap(frame: Frame): void {
    const { channel = '-', reason, oldest, requested } = frame
    const { clock, model } = this.#w
    this.gaps += 1
    this.#waitFor(channel)
    if (!model.books.has(channel)) return this.#gapUnstored(channel, frame)
    const held = this.#held.get(channel)
    if (!held) return this.#blame('R2', channel, 'a gap in a channel without a subscription')
    const oldestSeq = oldest ? model.seqOf(oldest, this.who) : null
    if (held.awaitsGap) {
      const isKnown = this.#placeAsked(held.awaitsGap.requested) !== null
      if (requested !== held.awaitsGap.requested || reason !== (isKnown ? 'expired' : 'reset'))
        this.#blame('R2', channel, `wrong gap ${JSON.stringify(frame)}`)
      if (oldestSeq !== null && oldestSeq <= held.awaitsGap.cursor)
        this.#blame(
          'R2',
          channel,
          `the oldest of ${JSON.stringify(frame)} lies before ${held.awaitsGap.cursor}`,
        )
      this.#excuseOpening(held)
    } else {
      if (reason !== 'slow') this.#blame('R3', channel, `wrong gap ${JSON.stringify(frame)}`)
      held.lane.gap(this.#placeOf(held), oldestSeq, clock())
    }
  }

  #gapUnstored(channel: string, { reason, oldest }: Frame): void {
    if (reason !== 'no_history' || oldest !== null) this.#blame('C4', channel, `a gap of reason ${reason}`)
    const lane = this.#unstored.get(channel)
    if (lane) lane.gap()
    else this.#blame('C4', channel, 'a gap in a channel without a subscription')
  }

  #excuseOpening(held: Held): void {
    const { after, cursor } = held.awaitsGap!
    held.lane.excuse(after, cursor, this.#w.clock())
    held.awaitsGap = null
  }

  #message(frame: Frame, id: string | null): void {
    const channel = frame.channel!
    this.delivered += 1
    if (frame.id === undefined) return this.#unstoredMessage(frame)
    const held = this.#held.get(channel)
    const seq = this.#w.model.seqOf(frame.id, this.who)
    const data = frame.data as Payload
    this.#w.model.sight({ channel, seq, data, who: this.who })
    if (!held) return this.#blame('R2', channel, `${seq} came without a subscription`)
    if (held.awaitsGap)
      this.#blame('R2', channel, `${seq} came before the gap that \`recovered: false\` told of`)
    if (id !== null && id !== frame.id) this.#blame('S3', channel, `\`id: ${id}\` stands on ${frame.id}`)
    if (held.joining) held.own = seq
    else this.#advance(seq, channel)
    this.#checkDeleted(channel, seq)
    held.lane.deliver(seq)
  }

  #unstoredMessage(frame: Frame): void {
    const channel = frame.channel!
    const lane = this.#unstored.get(channel)
    if (lane) lane.deliver((frame.data as Payload).n)
    else this.#blame('C4', channel, 'a message without an id, and without a subscription')
  }

  #live(frame: Frame): void {
    const cursor = this.#w.model.seqOf(frame.cursor, this.who)
    for (const channel of frame.channels!) {
      this.#waitingForLive.delete(channel)
      const held = this.#held.get(channel)
      if (!held) {
        if (!this.#unstored.has(channel)) this.#blame('R4', channel, 'live, without a subscription')
        continue
      }
      if (held.awaitsGap) this.#blame('R2', channel, 'live before the gap that `recovered: false` told of')
      held.joining = false
      held.lane.closeGap(cursor)
    }
    this.#moveTo(frame.cursor!, 'live')
    this.isLive = this.#waitingForLive.size === 0
  }

  #unsubscribed(channel: string): void {
    const held = this.#held.get(channel)
    this.#waitingForLive.delete(channel)
    this.#unstored.delete(channel)
    if (!held) return
    this.#close(held)
    this.#held.delete(channel)
  }

  /** A page of history is a lane of its own, from where it begins to its last message. */
  #history(frame: Frame, command: Command | undefined): void {
    const { model, verdict, clock } = this.#w
    const channel = frame.channel!
    const messages = frame.messages ?? []
    const seqs = messages.map(message => model.seqOf(message.id, this.who))
    for (const [index, message] of messages.entries())
      model.sight({ channel, seq: seqs[index]!, data: message.data as Payload, who: this.who })
    if (seqs.length === 0) return
    const since = command?.since === undefined ? null : this.#placeAsked(command.since)
    const lane = new Lane(channel, `${this.who} history`, since ?? seqs[0]! - 1, model, verdict)
    if (frame.gap) lane.excuse(lane.start, Math.max(lane.start, seqs[0]! - 1), clock())
    for (const seq of seqs) lane.deliver(seq)
    this.#closing.push({ lane, through: seqs.at(-1)! })
  }

  /** What was deleted before this connection began is not given to it. */
  #checkDeleted(channel: string, seq: number): void {
    const known = this.#w.model.books.get(channel)?.bySeq(seq)
    if (known && known.deletedAt < this.#openedAt)
      this.#blame('R2', channel, `${seq} was deleted before this connection began`)
  }

  #moveTo(cursor: string | null, what: string): void {
    if (cursor === null) return
    const seq = this.#w.model.seqOf(cursor, this.who)
    if (this.#place !== null && seq < this.#place)
      this.#blame('C2', '-', `${what} at ${seq}, but the stream was at ${this.#place}`)
    this.#place = seq
  }

  #advance(seq: number, channel: string): void {
    if (this.#place !== null && seq <= this.#place)
      this.#blame('C2', channel, `${seq} came, but the stream was at ${this.#place}`)
    this.#place = seq
  }

  #open(channel: string, start: number, joining: boolean): Held {
    const lane = new Lane(channel, this.who, start, this.#w.model, this.#w.verdict)
    const held: Held = { lane, joining, own: start, connection: this.#connection, awaitsGap: null }
    this.#held.set(channel, held)
    return held
  }

  #close(held: Held): void {
    const through = this.#placeOf(held)
    held.lane.closeGap(through)
    this.#closing.push({ lane: held.lane, through })
  }

  #waitFor(channel: string): void {
    this.#waitingForLive.add(channel)
    this.isLive = false
  }

  #placeOf(held: Held): number {
    return held.joining ? held.own : (this.#place ?? held.lane.start)
  }

  /** The seq of a cursor that was presented; null if it is none of this log. */
  #placeAsked(since: string): number | null {
    const position = parseCursor(since)
    return position && position.epoch === this.#w.model.epoch ? position.seq : null
  }

  #cursor(seq: number): string {
    return `${this.#w.model.epoch}-${seq}`
  }

  #blame(rule: string, channel: string, text: string): void {
    this.#w.verdict.add(rule, this.who, channel, text)
  }
}
