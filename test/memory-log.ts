// The log as a plain array: what a log must do, in the fewest lines, for tests of the rest and to compare others with.
// Knows no storage, and is not fast.

import type { Clock } from '../gateway/core/clock.ts'
import type {
  History,
  HistoryPage,
  HistoryQuery,
  LogFigures,
  Retention,
  StoredChannel,
} from '../gateway/core/history.ts'
import type {
  Appended,
  ChannelView,
  Entry,
  Follower,
  From,
  GroupOutcome,
  Log,
  Message,
  Page,
  Removal,
} from '../gateway/core/log.ts'
import { formatCursor } from '../shared/cursor.ts'

export interface MemoryLogOptions {
  readonly clock?: Clock | undefined
  readonly epoch?: string | undefined
  readonly retention?: ((channel: string) => Retention) | undefined
  readonly maxBytes?: number | undefined
}

const KEY_LIFETIME_MS = 10 * 60 * 1000

export class MemoryLog implements Log, History {
  readonly epoch: string
  head = 0
  /** Set it to make the storage fail; null makes it work again. */
  failure: Error | null = null
  readonly #clock: Clock
  readonly #retention: (channel: string) => Retention
  readonly #maxBytes: number
  readonly #followers = new Set<Follower>()
  readonly #trimmed = new Map<string, number>()
  readonly #keys = new Map<string, { seq: number | null; time: number }>()
  #messages: Message[] = []
  #time = 0

  constructor(options: MemoryLogOptions = {}) {
    this.epoch = options.epoch ?? 'memory00'
    this.#clock = options.clock ?? Date.now
    this.#retention = options.retention ?? (() => null)
    this.#maxBytes = options.maxBytes ?? Number.POSITIVE_INFINITY
  }

  get writable(): boolean {
    return this.failure === null
  }

  /** This log as a copy made when `head` was its newest seq, put back in its place (rule C3); nobody follows it yet. */
  restored(epoch: string, head: number): MemoryLog {
    const options = { clock: this.#clock, retention: this.#retention, maxBytes: this.#maxBytes }
    const copy = new MemoryLog({ ...options, epoch })
    copy.head = head
    copy.#messages = this.#messages.filter(message => message.seq <= head)
    for (const [channel, trimmed] of this.#trimmed) copy.#trimmed.set(channel, Math.min(trimmed, head))
    for (const [name, known] of this.#keys) if ((known.seq ?? 0) <= head) copy.#keys.set(name, known)
    return copy
  }

  /** The cursor of a seq, as tests need it. */
  cursor(seq: number): string {
    return formatCursor(this.epoch, seq)
  }

  async append(groups: readonly (readonly Entry[])[]): Promise<readonly GroupOutcome[]> {
    if (this.failure) throw this.failure
    const now = this.#now()
    const stored: Message[] = []
    const outcomes = groups.map(group => this.#appendGroup(group, now, stored))
    this.#retain()
    if (stored.length > 0)
      for (const follower of this.#followers) call(() => follower.appended(stored, this.head))
    return outcomes
  }

  async read(from: readonly From[], limit: number, maxBytes: number): Promise<Page> {
    this.#retain()
    const channels = from.map(place => this.#view(place))
    const after = new Map(channels.map(view => [view.channel, view.after]))
    const all = this.#live().filter(
      message => message.seq > (after.get(message.channel) ?? Number.POSITIVE_INFINITY),
    )
    const messages: Message[] = []
    let bytes = 0
    for (const message of all.slice(0, limit)) {
      bytes += measure(message)
      if (bytes > maxBytes && messages.length > 0) break
      messages.push(message)
    }
    const through = messages.length < all.length ? messages.at(-1)!.seq : this.head
    return { epoch: this.epoch, head: this.head, channels, messages, through }
  }

  follow(follower: Follower): () => void {
    this.#followers.add(follower)
    return () => this.#followers.delete(follower)
  }

  async page({ channel, since, before, until, limit, maxBytes }: HistoryQuery): Promise<HistoryPage> {
    this.#retain()
    const kept = this.#live(channel)
    const [end, latest] = [before ?? Number.POSITIVE_INFINITY, until ?? Number.POSITIVE_INFINITY]
    const within = kept.filter(({ seq, time }) => seq > (since ?? 0) && seq < end && time <= latest)
    const inReadingOrder = since === undefined ? within.toReversed() : within
    let bytes = 0
    const fitting = inReadingOrder.slice(0, limit).filter((message, index) => {
      bytes += measure(message)
      return index === 0 || bytes <= (maxBytes ?? Number.POSITIVE_INFINITY)
    })
    const messages = since === undefined ? fitting.toReversed() : fitting
    const place = { epoch: this.epoch, head: this.head, trimmed: this.#trimmed.get(channel) ?? 0 }
    return { ...place, messages, oldest: kept[0]?.seq ?? null, more: messages.length < within.length }
  }

  async channels(query: { prefix: string; after: string; limit: number }): Promise<readonly StoredChannel[]> {
    const names = [...new Set(this.#live().map(message => message.channel))].sort()
    const wanted = names.filter(name => name.startsWith(query.prefix) && name > query.after)
    return wanted.slice(0, query.limit).map(name => this.#stored(name))
  }

  async channel(name: string): Promise<StoredChannel | null> {
    return this.#live(name).length > 0 ? this.#stored(name) : null
  }

  async purge(channel: string): Promise<void> {
    if (this.failure) throw this.failure
    const through = this.#live(channel).at(-1)?.seq
    if (through === undefined) return
    this.#trim(channel, through)
    for (const follower of this.#followers) call(() => follower.removed({ channel, through }))
  }

  async remove(channel: string, seq: number): Promise<boolean> {
    if (this.failure) throw this.failure
    if (!this.#live(channel).some(message => message.seq === seq)) return false
    this.#messages = this.#messages.filter(message => message.seq !== seq)
    const removal: Removal = { channel, seq }
    for (const follower of this.#followers) call(() => follower.removed(removal))
    return true
  }

  async figures(): Promise<LogFigures> {
    this.#retain()
    const kept = this.#live()
    const bytes = kept.reduce((sum, message) => sum + measure(message), 0)
    return { epoch: this.epoch, head: this.head, messages: kept.length, bytes, oldestTime: kept[0]?.time }
  }

  async close(): Promise<void> {
    this.#followers.clear()
  }

  #appendGroup(group: readonly Entry[], now: number, stored: Message[]): GroupOutcome {
    return { ok: true, entries: group.map(entry => this.#appendEntry(entry, now, stored)) }
  }

  #appendEntry(entry: Entry, now: number, stored: Message[]): Appended {
    const { channel, data, event, user, sender, ttlMs, idempotency } = entry
    const name = idempotency ? JSON.stringify([idempotency.scope, channel, idempotency.key]) : ''
    const first = idempotency && this.#keys.get(name)
    if (first && now - first.time < KEY_LIFETIME_MS) return { seq: first.seq, duplicate: true }
    const seq = entry.stored ? ++this.head : null
    if (idempotency) this.#keys.set(name, { seq, time: now })
    if (seq === null) return { seq, duplicate: false }
    const expires = ttlMs === undefined ? undefined : now + ttlMs
    const message = { seq, channel, time: now, data, event, user, sender, expires }
    this.#messages.push(message)
    stored.push(message)
    return { seq, duplicate: false }
  }

  #view(place: From): ChannelView {
    const { channel } = place
    const trimmed = this.#trimmed.get(channel) ?? 0
    const kept = this.#live(channel)
    const after = 'after' in place ? place.after : this.#resolveNewest(place.newest, kept, trimmed)
    const isAsked = after < trimmed || after === 0 || 'newest' in place
    return { channel, after, trimmed, oldest: isAsked ? (kept[0]?.seq ?? null) : null }
  }

  #resolveNewest(newest: number, kept: readonly Message[], trimmed: number): number {
    if (newest <= 0) return this.head
    const first = kept.at(-newest)
    return first ? first.seq - 1 : trimmed
  }

  /** Messages kept and not expired, of one channel or of all. */
  #live(channel?: string): Message[] {
    const now = this.#now()
    return this.#messages.filter(
      message =>
        (channel === undefined || message.channel === channel) &&
        (message.expires === undefined || message.expires > now),
    )
  }

  #stored(name: string): StoredChannel {
    const kept = this.#live(name)
    const bytes = kept.reduce((sum, message) => sum + measure(message), 0)
    return { name, messages: kept.length, bytes, last: kept.at(-1)?.time }
  }

  #trim(channel: string, through: number): void {
    this.#trimmed.set(channel, through)
    this.#messages = this.#messages.filter(message => message.channel !== channel || message.seq > through)
  }

  /** All of rule N4 at once, as exactly as it may be. */
  #retain(): void {
    const now = this.#now()
    for (const [channel, kept] of Map.groupBy(this.#live(), message => message.channel)) {
      const keep = this.#retention(channel)
      const gone = keep && lastBeyond(kept, keep, now)
      if (gone) this.#trim(channel, gone.seq)
    }
    if (this.#maxBytes === Number.POSITIVE_INFINITY) return
    while (this.#messages.length > 1 && this.#bytes() > this.#maxBytes) {
      this.#trim(this.#messages[0]!.channel, this.#messages[0]!.seq)
    }
  }

  #bytes(): number {
    return this.#messages.reduce((sum, message) => sum + measure(message), 0)
  }

  #now(): number {
    this.#time = Math.max(this.#time, this.#clock())
    return this.#time
  }
}

/** The newest message of a channel that need not be kept any more. */
function lastBeyond(
  kept: readonly Message[],
  keep: NonNullable<Retention>,
  now: number,
): Message | undefined {
  let bytes = 0
  return kept.findLast((message, index) => {
    const count = kept.length - index
    if (keep.bytes !== undefined) bytes += measure(message)
    const isTooMuch = count > keep.messages || (bytes > (keep.bytes ?? bytes) && count > 1)
    return isTooMuch || message.time <= now - keep.ageMs
  })
}

function measure({ data, event = '', user = '', sender = '' }: Message): number {
  return Buffer.byteLength(data + event + user + sender)
}

function call(follower: () => void): void {
  try {
    follower()
  } catch {
    // What is committed is committed, whatever a follower makes of it.
  }
}
