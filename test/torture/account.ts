// A reader's account of what it was given: every frame of all its connections, held against the protocol (C2, C4, S3, W3)
// and passed on to its channels. It also knows where to resume, as a client would. Knows no sockets.

import { parseCursor } from '../../shared/cursor.ts'
import type { Frame } from '../harness/frame.ts'
import { Answers, type Command } from './answers.ts'
import { type Asked, Held, startOf } from './held.ts'
import { laneOfPage } from './history-page.ts'
import { Lane } from './lane.ts'
import type { Payload } from './model.ts'
import { UnstoredLane } from './unstored-lane.ts'
import type { Witnesses } from './witnesses.ts'

/** What a connection is opened with. */
export interface Opening {
  readonly channels: readonly string[]
  readonly since?: string | undefined
  readonly history?: number | undefined
}

export class Account {
  readonly who: string
  delivered = 0
  gaps = 0
  /** The connection was let in. */
  isWelcomed = false
  /** `live` was said of every channel of this connection. */
  isLive = false
  readonly #witnesses: Witnesses
  readonly #held = new Map<string, Held>()
  readonly #unstored = new Map<string, UnstoredLane>()
  /** Ended, but not accounted for to the end. */
  #closing: { lane: Lane; through: number }[] = []
  #wideGaps = 0
  /** Where the one stream stands; null before it has a place. */
  #place: number | null = null
  #opening: Opening = { channels: [] }
  #openedAt = 0
  #connection = 0
  #waitingForLive = new Set<string>()
  readonly #answers: Answers

  constructor(who: string, witnesses: Witnesses) {
    this.who = who
    this.#witnesses = witnesses
    this.#answers = new Answers((rule, text) => this.#blame(rule, '-', text))
  }

  get lanes(): readonly Lane[] {
    return [...[...this.#held.values()].map(({ lane }) => lane), ...this.#closing.map(({ lane }) => lane)]
  }

  get channels(): readonly string[] {
    return [...this.#held.keys(), ...this.#unstored.keys()]
  }

  /** Gaps behind which nothing that is known was missing. */
  get wideGaps(): number {
    return [...this.#held.values()].reduce((sum, { lane }) => sum + lane.wideGaps, this.#wideGaps)
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
    return held ? this.#cursor(held.place(this.#place)) : null
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
    this.#openedAt = this.#witnesses.clock()
    this.#connection += 1
    this.isWelcomed = false
    this.isLive = opening.channels.length === 0
    this.#waitingForLive = new Set(opening.channels)
    this.#answers.clear()
  }

  disconnected(): void {
    this.isLive = false
    for (const held of this.#held.values())
      held.disconnected(held.place(this.#place), this.#witnesses.clock())
    // Nothing told it where the stream stands: the next connection begins anew.
    if (this.#place === null) this.forget()
  }

  sent(command: Command): void {
    this.#answers.expect(command)
  }

  /** Takes the next frame; `id` is what stood on the event's `id:` line. */
  take(frame: Frame, id: string | null): void {
    const { type } = frame
    if (!this.isWelcomed && type !== 'welcome' && type !== 'goodbye')
      this.#blame('S3', '-', `${type} came before \`welcome\``)
    if (type === 'message') {
      this.#message(frame, id)
      return
    }
    this.#witnesses.trace.tell(this.who, type, { ...frame, type: undefined, messages: undefined })
    const command = this.#answers.take(frame)
    if (type === 'welcome') this.isWelcomed = true
    else if (type === 'subscribed') this.#subscribed(frame, command)
    else if (type === 'gap') this.#gap(frame)
    else if (type === 'live') this.#live(frame)
    else if (type === 'heartbeat') this.#moveTo(id, type)
    else if (type === 'unsubscribed') this.#unsubscribed(frame.channel!)
    else if (type === 'history') this.#history(frame, command)
    else if (type === 'goodbye' || type === 'failure') this.#judgeRefusal(frame, command)
  }

  /** Accounts for what came, as far as the model is settled. */
  verify(): void {
    const now = this.#witnesses.clock()
    for (const held of this.#held.values()) held.verify(this.#place, now)
    this.#closing = this.#closing.filter(({ lane, through }) => {
      lane.verify(through, now)
      if (lane.checked < through) return true
      this.#wideGaps += lane.wideGaps
      return false
    })
    for (const lane of this.#unstored.values()) lane.verify()
  }

  /** At rest, everybody stands at the end of what is known, and everything is accounted for. */
  verifyRest(): void {
    this.verify()
    for (const { lane } of this.#held.values()) {
      const { newest } = this.#witnesses.model.books.get(lane.channel)!
      if (lane.checked < newest)
        this.#blame('R2', lane.channel, `at rest it stands at ${lane.checked}, but ${newest} is stored`)
    }
    if (!this.isLive) this.#blame('R4', '-', 'at rest it was never told `live` for all its channels')
  }

  #subscribed(frame: Frame, command: Command | undefined): void {
    const { model } = this.#witnesses
    const channel = frame.channel!
    const cursor = model.seqOf(frame.cursor, this.who)
    if (!model.books.has(channel)) {
      this.#subscribedUnstored(channel, frame)
      return
    }
    const isLate = frame.ref !== undefined
    const known = this.#held.get(channel)
    // Subscribed to again: nothing is replayed.
    if (isLate && known?.connection === this.#connection) return
    const asked = this.#asked(isLate ? command?.since : this.#opening.since)
    const held = known ?? this.#open(channel, startOf(asked, cursor), isLate)
    held.connection = this.#connection
    held.begin(frame, cursor, asked)
    if (isLate) this.#waitFor(channel)
    else this.#place = Math.min(this.#place ?? Number.POSITIVE_INFINITY, asked.seq ?? cursor)
  }

  #subscribedUnstored(channel: string, { recovered }: Frame): void {
    const { since } = this.#opening
    const { model, verdict } = this.#witnesses
    if ((since !== undefined) !== (recovered === false))
      this.#blame('C4', channel, `\`recovered\` is ${recovered} after since=${since}`)
    this.#unstored.get(channel)?.verify()
    const owesGap = since !== undefined
    this.#unstored.set(channel, new UnstoredLane(channel, this.who, owesGap, model.unstored, verdict))
  }

  #gap(frame: Frame): void {
    const { channel = '-', oldest } = frame
    const { clock, model } = this.#witnesses
    this.gaps += 1
    this.#waitFor(channel)
    const held = this.#held.get(channel)
    const oldestSeq = oldest ? model.seqOf(oldest, this.who) : null
    if (held) held.gap(frame, oldestSeq, held.place(this.#place), clock())
    else if (this.#unstored.has(channel)) this.#unstored.get(channel)!.gap(frame)
    else this.#blame('R2', channel, 'a gap in a channel without a subscription')
  }

  #message(frame: Frame, id: string | null): void {
    const channel = frame.channel!
    const data = frame.data as Payload
    this.delivered += 1
    if (frame.id === undefined) {
      const lane = this.#unstored.get(channel)
      if (lane) lane.deliver(data.n)
      else this.#blame('C4', channel, 'a message without an id, and without a subscription')
      return
    }
    const { model } = this.#witnesses
    const seq = model.seqOf(frame.id, this.who)
    model.sight({ channel, seq, data, who: this.who })
    if (id !== null && id !== frame.id) this.#blame('S3', channel, `\`id: ${id}\` stands on ${frame.id}`)
    const held = this.#held.get(channel)
    if (!held) {
      this.#blame('R2', channel, `${seq} came without a subscription`)
      return
    }
    if (!held.joining) this.#advance(seq, channel)
    this.#checkDeleted(channel, seq)
    held.message(seq)
  }

  #live(frame: Frame): void {
    const cursor = this.#witnesses.model.seqOf(frame.cursor, this.who)
    for (const channel of frame.channels!) {
      this.#waitingForLive.delete(channel)
      const held = this.#held.get(channel)
      if (held) held.live(cursor)
      else if (this.#unstored.has(channel)) this.#unstored.get(channel)!.live()
      else this.#blame('R4', channel, 'live, without a subscription')
    }
    this.#moveTo(frame.cursor!, 'live')
    this.isLive = this.#waitingForLive.size === 0
  }

  #unsubscribed(channel: string): void {
    this.#waitingForLive.delete(channel)
    this.#unstored.delete(channel)
    const held = this.#held.get(channel)
    if (!held) return
    this.#close(held)
    this.#held.delete(channel)
  }

  #history(frame: Frame, command: Command | undefined): void {
    const lane = laneOfPage(frame, this.#asked(command?.since).seq, this.who, this.#witnesses)
    if (lane) this.#closing.push({ lane, through: lane.last })
  }

  /** Only what passes ends a connection here, and only one command can be in vain. */
  #judgeRefusal(frame: Frame, command: Command | undefined): void {
    const { type, code, reconnect } = frame
    const isFair =
      type === 'goodbye'
        ? reconnect === true && (code === 'unavailable' || code === 'timeout')
        : code === 'not_found' && command?.type === 'unsubscribe'
    if (!isFair) this.#blame('R6', '-', `unexpected ${JSON.stringify(frame)}`)
  }

  /** What was deleted before this connection began is not given to it. */
  #checkDeleted(channel: string, seq: number): void {
    const known = this.#witnesses.model.books.get(channel)?.bySeq(seq)
    if (known && known.deletedAt < this.#openedAt)
      this.#blame('R2', channel, `${seq} was deleted before this connection began`)
  }

  #moveTo(cursor: string | null, what: string): void {
    if (cursor === null) return
    const seq = this.#witnesses.model.seqOf(cursor, this.who)
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
    const lane = new Lane(channel, this.who, start, this.#witnesses.model, this.#witnesses.verdict)
    const held = new Held(lane, joining, (rule, text) => this.#blame(rule, channel, text))
    this.#held.set(channel, held)
    return held
  }

  #close(held: Held): void {
    const through = held.place(this.#place)
    held.lane.closeGap(through)
    this.#closing.push({ lane: held.lane, through })
  }

  #waitFor(channel: string): void {
    this.#waitingForLive.add(channel)
    this.isLive = false
  }

  #asked(since: string | undefined): Asked {
    const position = since === undefined ? null : parseCursor(since)
    const isOurs = position !== null && position.epoch === this.#witnesses.model.epoch
    return { since, seq: isOurs ? position.seq : null }
  }

  #cursor(seq: number): string {
    return `${this.#witnesses.model.epoch}-${seq}`
  }

  #blame(rule: string, channel: string, text: string): void {
    this.#witnesses.verdict.add(rule, this.who, channel, text)
  }
}
