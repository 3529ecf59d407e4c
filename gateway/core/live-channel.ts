// A channel while somebody here listens to it: its subscribers and its part of the tail. Knows no log and no socket.

import type { ChannelRule } from './channel-rules.ts'
import type { Encoder, PerFormat } from './encoder.ts'
import { Queue } from './queue.ts'
import type { Subscriber } from './subscriber.ts'
import type { TailEntry } from './tail-entry.ts'

/** No more than this is encoded into one write. */
export const CHUNK_BYTES = 64 * 1024

/** Encoded messages in a row, shared by every connection that stands where the chunk begins. */
export interface Chunk {
  readonly buffer: Buffer
  /** Everybody who was given this, and not yet the chunk's first, stands where it begins. */
  readonly after: { readonly seq: number; readonly order: number }
  readonly first: TailEntry
  readonly last: TailEntry
  readonly count: number
  /** Some message names a sender, so that a connection with a sender id has to look (rule H4). */
  readonly hasSenders: boolean
  /** The earliest moment at which the ttl of one of its messages runs out, by `performance.now`. */
  readonly endsAt: number
}

export class LiveChannel {
  readonly name: string
  readonly rule: ChannelRule
  readonly subscribers = new Set<Subscriber>()
  /** In order; only messages that came while the channel was live. */
  readonly entries = new Queue<TailEntry>()
  /** Readers that stand at or after these are covered by the tail; before them, only the log knows. */
  evictedSeq: number
  evictedOrder: number
  readonly #chunks: PerFormat<Chunk> = [undefined, undefined, undefined]

  constructor(name: string, rule: ChannelRule, head: { seq: number; order: number }) {
    this.name = name
    this.rule = rule
    this.evictedSeq = head.seq
    this.evictedOrder = head.order
  }

  get hasHistory(): boolean {
    return this.rule.history !== null
  }

  get newest(): TailEntry | undefined {
    return this.entries.at(this.entries.length - 1)
  }

  /** Whether the tail holds everything that a reader at this place lacks. */
  covers(seq: number, order: number): boolean {
    return this.hasHistory ? seq >= this.evictedSeq : order >= this.evictedOrder
  }

  /** The index of the first entry after a place; `entries.length` when there is none. */
  indexAfter(seq: number, order: number): number {
    let low = 0
    let high = this.entries.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.entries.at(middle)!.isAfter(seq, order)) high = middle
      else low = middle + 1
    }
    return low
  }

  /**
   * What follows a place, up to one chunk of bytes; null when nothing does, or only the log knows. The newest chunk is
   * remembered for each wire format: whoever stands where the one before stood needs no search.
   */
  chunkAfter(seq: number, order: number, encoder: Encoder): Chunk | null {
    const remembered = this.#chunks[encoder.slot]
    if (remembered && this.#isNext(remembered, seq, order)) return remembered
    const index = this.indexAfter(seq, order)
    if (index === this.entries.length || !this.covers(seq, order)) return null
    const chunk = this.#encode(index, encoder)
    this.#chunks[encoder.slot] = chunk
    return chunk
  }

  /** The tail dropped this channel's oldest entry. */
  evict(entry: TailEntry): void {
    this.evictedSeq = Math.max(this.evictedSeq, entry.seq)
    this.evictedOrder = entry.order
    if (this.entries.at(0) === entry) this.entries.shift()
    // A chunk must not outlive its messages: the tail's bound would not hold.
    if (this.#chunks.some(chunk => chunk?.first === entry)) this.#forgetChunks()
  }

  /** One message is gone: it is not delivered from memory either. */
  removeOne(seq: number): void {
    const entry = this.entries.at(this.indexAfter(seq - 1, Number.POSITIVE_INFINITY))
    if (entry?.seq === seq) entry.removed = true
    this.#forgetChunks()
  }

  /** Everything up to a seq is gone: readers before it have to ask the log, which tells them of the gap. */
  removeThrough(seq: number): void {
    while (this.entries.length > 0 && this.entries.at(0)!.seq <= seq) this.entries.shift()
    this.evictedSeq = Math.max(this.evictedSeq, seq)
    this.#forgetChunks()
  }

  #isNext({ after, first, last, buffer }: Chunk, seq: number, order: number): boolean {
    const isBehind = this.hasHistory ? seq >= after.seq : order >= after.order
    return isBehind && first.isAfter(seq, order) && (last === this.newest || buffer.length >= CHUNK_BYTES)
  }

  #forgetChunks(): void {
    this.#chunks.fill(undefined)
  }

  #encode(index: number, encoder: Encoder): Chunk {
    const first = this.entries.at(index)!
    const before = index === 0 ? null : this.entries.at(index - 1)!
    const after = { seq: before?.seq ?? this.evictedSeq, order: before?.order ?? this.evictedOrder }
    const buffers: Buffer[] = []
    let last = first
    let bytes = 0
    let hasSenders = false
    let endsAt = Number.POSITIVE_INFINITY
    for (let at = index; at < this.entries.length && bytes < CHUNK_BYTES; at += 1) {
      last = this.entries.at(at)!
      if (last.removed) continue
      const buffer = last.encode(encoder)
      buffers.push(buffer)
      bytes += buffer.length
      if (last.sender !== undefined) hasSenders = true
      endsAt = Math.min(endsAt, last.endsAt)
    }
    const buffer = buffers.length === 1 ? buffers[0]! : join(buffers, bytes)
    return { buffer, after, first, last, count: buffers.length, hasSenders, endsAt }
  }
}

/** One buffer of several, in memory of its own: cut from a shared slab it would hold all of that. */
function join(buffers: readonly Buffer[], bytes: number): Buffer {
  const joined = Buffer.allocUnsafeSlow(bytes)
  let at = 0
  for (const buffer of buffers) at += buffer.copy(joined, at)
  return joined
}
