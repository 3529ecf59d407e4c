// Pages of the log, read and encoded once for all who stand at the same place: a reconnect storm costs one read.
// Knows no session.

import { formatCursor } from '../../shared/cursor.ts'
import type { Encoder } from './encoder.ts'
import { CHUNK_BYTES } from './live-channel.ts'
import type { From, Log, Message, Page } from './log.ts'
import { messageJson } from './message-json.ts'

const PAGE_MESSAGES = 100
/** Retention may trim what a page shows; it does so within this time (rule N4 asks for 60 s). */
const KEPT_MS = 1000
/** At a chunk a page and two encodings each, about 12 MiB. */
const MAX_CHANNELS = 64

/** A page with its encodings. */
export class ReplayPage {
  readonly page: Page
  readonly #encodings: [readonly Buffer[] | undefined, readonly Buffer[] | undefined] = [undefined, undefined]

  constructor(page: Page) {
    this.page = page
  }

  /** The messages as frames, in order. */
  encode(encoder: Encoder): readonly Buffer[] {
    const known = this.#encodings[encoder.slot]
    if (known) return known
    const encodings = this.page.messages.map(message => this.#encodeOne(message, encoder))
    this.#encodings[encoder.slot] = encodings
    return encodings
  }

  #encodeOne(message: Message, encoder: Encoder): Buffer {
    const id = formatCursor(this.page.epoch, message.seq)
    return encoder.message(messageJson(message, id), id)
  }
}

interface ChannelPages {
  readonly readAt: number
  readonly byStart: Map<string, Promise<ReplayPage>>
}

export class ReplayCache {
  readonly #log: Log
  readonly #clock: () => number
  readonly #channels = new Map<string, ChannelPages>()

  /** `clock` is monotonic, in milliseconds. */
  constructor(log: Log, clock: () => number) {
    this.#log = log
    this.#clock = clock
  }

  /** Reads one page; only reads of a single channel are shared. */
  read(from: readonly From[]): Promise<ReplayPage> {
    const only = from[0]
    return only && from.length === 1 ? this.#readShared(only) : this.#read(from)
  }

  /** New messages or removals: what was read of this channel is out of date. */
  forget(channel: string): void {
    if (this.#channels.size > 0) this.#channels.delete(channel)
  }

  #readShared(from: From): Promise<ReplayPage> {
    const pages = this.#pagesOf(from.channel)
    const start = 'newest' in from ? `n${from.newest}` : `a${from.after}`
    let page = pages.get(start)
    if (!page) {
      page = this.#read([from])
      pages.set(start, page)
      page.then(
        ({ page: read }) => {
          if (read.messages.some(message => message.expires !== undefined)) pages.delete(start)
        },
        () => pages.delete(start),
      )
    }
    return page
  }

  #pagesOf(channel: string): Map<string, Promise<ReplayPage>> {
    const now = this.#clock()
    const known = this.#channels.get(channel)
    if (known && now - known.readAt < KEPT_MS) return known.byStart
    if (this.#channels.size >= MAX_CHANNELS) this.#channels.clear()
    const byStart = new Map<string, Promise<ReplayPage>>()
    this.#channels.set(channel, { readAt: now, byStart })
    return byStart
  }

  async #read(from: readonly From[]): Promise<ReplayPage> {
    return new ReplayPage(await this.#log.read(from, PAGE_MESSAGES, CHUNK_BYTES))
  }
}
