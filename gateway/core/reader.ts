// A reader: one connection's cursor on the log. It pulls what its channels have beyond the cursor, from the tail or, when
// that no longer reaches back far enough, from the log. Knows no socket and no life cycle.
//
// Its channels flow as one stream, which is `behind` (reads pages of the log) or not (pulls from the tail). A later
// subscription is `joining`: it has a cursor of its own, until it stands where the stream stands or beyond, and the
// stream is not behind. Only then may it be merged: what the stream has passed, it is not given again.

import { formatCursor } from '../../shared/cursor.ts'
import type { Gap, Live } from '../../shared/frames.ts'
import type { Counters } from './counters.ts'
import type { Encoder } from './encoder.ts'
import type { Hub } from './hub.ts'
import { CHUNK_BYTES } from './live-channel.ts'
import type { ChannelView } from './log.ts'
import type { Outbox } from './outbox.ts'
import { isOwn, type Place, type Pulled, pullFromTail } from './pull.ts'
import type { ReplayCache } from './replay-cache.ts'
import type { ReplayPage } from './replay-page.ts'
import { gapOf } from './resume.ts'
import type { Subscription } from './subscription.ts'

export interface ReaderOptions {
  readonly hub: Hub
  readonly replayCache: ReplayCache
  readonly encoder: Encoder
  readonly outbox: Outbox
  readonly epoch: string
  /** Messages with this sender are passed over (rule H4). */
  readonly sender: string | undefined
  readonly counters: Counters
  readonly onGap: (gap: Gap) => void
  /** These have been announced as live. */
  readonly onLive: (channels: readonly string[]) => void
}

export class Reader {
  // First what every delivery looks at, here as in the other objects of a connection: with thousands of them each line of
  // the cache that has to be fetched costs a delivery 0.1 µs (decision 009).
  #touched: Subscription | 'many' | null = null
  #seq = 0
  #order = 0
  /** Messages given so far. */
  messages = 0
  readonly #outbox: Outbox
  readonly #hub: Hub
  readonly #encoder: Encoder
  readonly #counters: Counters
  readonly #sender: string | undefined
  #isBehind = false
  /** Channels whose replay is under way: once the reader has caught up, a `live` names them. Null while none is. */
  #replaying: Set<string> | null = null
  /** Null while nothing joins. */
  #joining: readonly Subscription[] | null = null
  readonly subscriptions = new Map<string, Subscription>()
  readonly #options: ReaderOptions
  #toldSeq = -1
  #lastReadWasMain = false
  #hasStreamWaited = false

  constructor(options: ReaderOptions) {
    this.#hub = options.hub
    this.#outbox = options.outbox
    this.#encoder = options.encoder
    this.#counters = options.counters
    this.#sender = options.sender
    this.#options = options
  }

  /** Whether something waits to be pulled from the tail. */
  get hasNews(): boolean {
    return this.#touched !== null
  }

  /** Whether pages of the log have to be read. */
  get needsLog(): boolean {
    return this.#isBehind || (this.#joining !== null && this.#joiningBehind() !== undefined)
  }

  add(subscription: Subscription): void {
    this.subscriptions.set(subscription.channel.name, subscription)
  }

  /** What a read under way still brings for it is dropped. */
  remove(subscription: Subscription): void {
    this.subscriptions.delete(subscription.channel.name)
    this.#replaying?.delete(subscription.channel.name)
    this.#endJoining(subscription)
    if (this.#touched === subscription) this.#touched = null
  }

  /** Everything up to `seq` was given: from here on all channels flow as one stream, and `live` follows (rule C2). */
  startAt(seq: number): void {
    this.#seq = seq
    this.#order = this.#hub.tail.order
    for (const channel of this.subscriptions.keys()) this.#replay(channel)
    this.#touched = 'many'
  }

  /** A later subscription, given everything up to its own `seq`, goes on by itself (rule C2). */
  join(subscription: Subscription): void {
    subscription.joining = true
    this.#joining = [...(this.#joining ?? []), subscription]
    this.#touched = 'many'
  }

  touch(subscription: Subscription): void {
    if (this.#touched === null) this.#touched = subscription
    else if (this.#touched !== subscription) this.#touched = 'many'
  }

  /** Pulls one chunk from the tail. The common case writes a chunk that is shared with everybody who stands here. */
  pull(): void {
    if (this.#touched === null || this.#writeShared(this.#touched)) return
    const touched = this.#touched
    this.#touched = null
    if (this.#joining !== null && this.#pullBeforeStream()) return
    // What joined just now stands beyond the stream, whose other channels may have nothing new.
    const isWide = touched === 'many' || this.#touched !== null
    const ready = this.#readable(isWide ? [...this.subscriptions.values()] : [touched])
    const pulled = this.#pullTail(ready, { seq: this.#seq, order: this.#order })
    const place = pulled.stoppedAt ?? this.#hub.tail
    if (!this.#isBehind) this.#seq = Math.max(this.#seq, place.seq)
    // Never back: while the stream was behind, channels without history were given what came after its place.
    this.#order = Math.max(this.#order, place.order)
    if (pulled.stoppedAt !== null) this.#touched = 'many'
    else if (!this.#isBehind) this.#announceLive()
  }

  /**
   * Pulls what joins. True: that made a chunk, and the stream waits for the next pull, which is its alone. However many
   * join at once, a connection holds no more than without them.
   */
  #pullBeforeStream(): boolean {
    const isStreamsTurn = this.#hasStreamWaited
    if (!isStreamsTurn) this.#pullJoining()
    this.#hasStreamWaited = !isStreamsTurn && this.#isFull
    if (isStreamsTurn || this.#hasStreamWaited) this.#touched = 'many'
    return this.#hasStreamWaited
  }

  get #isFull(): boolean {
    return this.#outbox.waitingBytes >= CHUNK_BYTES
  }

  /** Reads one page of the log: for the one stream, or for a joining subscription, in turns. */
  async readPage(): Promise<void> {
    const waiting = this.#joiningBehind()
    const isMain = this.#isBehind && (!waiting || !this.#lastReadWasMain)
    this.#lastReadWasMain = isMain
    // The subscription that needed it may have ended since the page was asked for.
    if (!isMain && !waiting) return
    const readers = isMain ? this.#storedInStream() : [waiting!]
    const from = readers.map(({ channel, seq }) => ({
      channel: channel.name,
      after: isMain ? Math.max(this.#seq, seq) : seq,
    }))
    const replayed = await this.#options.replayCache.read(from)
    for (const [index, view] of replayed.page.channels.entries()) this.#checkGap(readers[index]!, view)
    this.give(replayed, readers)
    if (isMain) this.#moveStream(replayed.page.through)
    else waiting!.seq = Math.max(waiting!.seq, replayed.page.through)
    this.#touched = 'many'
  }

  /** Puts a page's messages into the outbox, but for those whose subscription has ended meanwhile. */
  give(replayed: ReplayPage, readers: readonly Subscription[]): void {
    const outbox = this.#outbox
    const sender = this.#sender
    const only = readers.length === 1 ? readers[0]! : null
    const isWhole = only !== null && this.subscriptions.get(only.channel.name) === only
    if (isWhole && (sender === undefined || !replayed.hasSenders)) {
      outbox.push(replayed.join(this.#encoder))
      this.#count(replayed.page.messages.length)
      return
    }
    const encoded = replayed.encode(this.#encoder)
    let given = 0
    for (const [index, message] of replayed.page.messages.entries()) {
      const subscription = this.subscriptions.get(message.channel)
      if (!subscription || !readers.includes(subscription) || isOwn(message, sender)) continue
      outbox.push(encoded[index]!)
      given += 1
    }
    this.#count(given)
  }

  /** Tells of a gap; what is left follows, then `live` again. */
  tellGap(gap: Gap): void {
    if (!this.subscriptions.get(gap.channel)?.joining) this.#replay(gap.channel)
    this.#options.onGap(gap)
  }

  /** Where a subscription stands: messages after this cursor follow. */
  cursorOf(channel: string): string {
    const subscription = this.subscriptions.get(channel)
    this.settle()
    const { seq } = subscription ? this.placeOf(subscription) : { seq: this.#seq }
    return formatCursor(this.#options.epoch, seq)
  }

  /** The same, as it is without looking further. */
  placeOf({ joining, seq, order }: Subscription): Place {
    return joining ? { seq, order } : { seq: Math.max(this.#seq, seq), order: Math.max(this.#order, order) }
  }

  /** Nothing of the reader's channels lies between its place and the head: it moves there, past others' messages. */
  settle(): void {
    if (this.#touched !== null || this.needsLog || this.#hub.isFanningOut) return
    this.#seq = Math.max(this.#seq, this.#hub.tail.seq)
  }

  /** The cursor, if it moved since it was last told without a message of its own (rule S4). */
  movedCursor(): string | null {
    const { epoch } = this.#options
    this.settle()
    if (this.#seq <= this.#toldSeq || this.needsLog) return null
    this.#toldSeq = this.#seq
    return formatCursor(epoch, this.#seq)
  }

  /** Retention overtook a reader: it is told once, and goes on from what is left (rule R3). */
  #checkGap(subscription: Subscription, view: ChannelView): void {
    const { after, trimmed, channel } = view
    if (after >= trimmed || this.subscriptions.get(channel) !== subscription) return
    const { epoch } = this.#options
    subscription.seq = trimmed
    this.tellGap(gapOf(view, 'slow', formatCursor(epoch, after), epoch))
  }

  #count(messages: number): void {
    this.messages += messages
    this.#counters.delivered += messages
  }

  #writeShared(touched: Subscription | 'many'): boolean {
    const outbox = this.#outbox
    if (touched === 'many' || touched.joining || this.#isBehind || this.#replaying !== null) return false
    if (outbox.waitingBytes > 0) return false
    const { channel } = touched
    const { seq, order } = this.placeOf(touched)
    const chunk = channel.chunkAfter(seq, order, this.#encoder)
    if (chunk === null || chunk.count === 0 || (chunk.hasSenders && this.#sender !== undefined)) return false
    if (chunk.endsAt !== Number.POSITIVE_INFINITY && chunk.endsAt <= performance.now()) return false
    const isAll = chunk.last === channel.newest
    const place = isAll ? this.#hub.tail : chunk.last
    this.#seq = place.seq
    this.#order = Math.max(this.#order, place.order)
    if (isAll) this.#touched = null
    this.#count(chunk.count)
    outbox.write(chunk.buffer)
    return true
  }

  /** Those whose channel the tail covers. When a stored channel has dropped out, all stored ones go on from the log. */
  #readable(touched: readonly Subscription[]): Subscription[] {
    const covered = touched.filter(subscription => {
      if (subscription.joining) return false
      if (subscription.isCovered(this.#seq, this.#order)) return true
      if (subscription.channel.hasHistory) this.#isBehind = true
      else this.#passOver(subscription)
      return !subscription.channel.hasHistory
    })
    return this.#isBehind ? covered.filter(({ channel }) => !channel.hasHistory) : covered
  }

  /** What fell out of the tail of a channel without history is gone: a gap says so (rule C4). */
  #passOver(subscription: Subscription): void {
    const { channel } = subscription
    subscription.order = channel.evictedOrder
    this.tellGap({ type: 'gap', channel: channel.name, requested: null, oldest: null, reason: 'no_history' })
  }

  /** A joining subscription that only the log can bring up to date. */
  #joiningBehind(): Subscription | undefined {
    return this.#joining?.find(joining => joining.channel.hasHistory && !joining.isCovered(0, 0))
  }

  #storedInStream(): Subscription[] {
    return [...this.subscriptions.values()].filter(({ joining, channel }) => !joining && channel.hasHistory)
  }

  #moveStream(through: number): void {
    this.#seq = Math.max(this.#seq, through)
    this.#isBehind = !this.#storedInStream().every(subscription => subscription.isCovered(this.#seq, 0))
  }

  /** One chunk for each joining subscription that the tail covers; those that reach its end become part of the stream. */
  #pullJoining(): void {
    const { tail } = this.#hub
    const joining = this.#joining ?? []
    for (const [index, subscription] of joining.entries()) {
      if (this.#isFull) {
        // Those who wait are the first the next time.
        const waiting = joining.slice(index)
        this.#joining = [...waiting, ...(this.#joining ?? []).filter(pulled => !waiting.includes(pulled))]
        return
      }
      if (!subscription.isCovered(0, 0)) {
        if (subscription.channel.hasHistory) continue
        this.#passOver(subscription)
      }
      const { stoppedAt } = this.#pullTail([subscription], subscription)
      subscription.seq = stoppedAt?.seq ?? tail.seq
      subscription.order = stoppedAt?.order ?? tail.order
      if (stoppedAt !== null) this.#touched = 'many'
      else if (!this.#isBehind || !subscription.channel.hasHistory) this.#merge(subscription)
    }
  }

  #merge(subscription: Subscription): void {
    subscription.joining = false
    this.#endJoining(subscription)
    this.#replay(subscription.channel.name)
    this.#touched = 'many'
  }

  #endJoining(subscription: Subscription): void {
    const left = this.#joining?.filter(joining => joining !== subscription)
    this.#joining = left?.length ? left : null
  }

  #replay(channel: string): void {
    this.#replaying ??= new Set()
    this.#replaying.add(channel)
  }

  #pullTail(subscriptions: readonly Subscription[], place: Place): Pulled {
    const pulled = pullFromTail(subscriptions, place, this.#encoder, this.#sender)
    for (const buffer of pulled.buffers) this.#outbox.push(buffer)
    this.#count(pulled.buffers.length)
    return pulled
  }

  #announceLive(): void {
    const replaying = this.#replaying
    this.#replaying = null
    if (replaying === null || replaying.size === 0) return
    const { epoch, onLive } = this.#options
    const cursor = formatCursor(epoch, this.#seq)
    const live: Live = { type: 'live', channels: [...replaying], cursor }
    this.#toldSeq = this.#seq
    this.#outbox.push(this.#encoder.frame(live, cursor))
    onLive(live.channels)
  }
}
