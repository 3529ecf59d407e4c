// Pages of the log, read and encoded once for all who stand at the same place: a reconnect storm costs one read.
// Knows no session.

import { CHUNK_BYTES } from './live-channel.ts'
import type { From, Log } from './log.ts'
import { ReplayPage } from './replay-page.ts'

const PAGE_MESSAGES = 100
/** Retention may trim what a page shows; it does so within this time (rule N4 asks for 60 s). */
const KEPT_MS = 1000
/** At a chunk a page, as text, in three encodings and joined, about 50 MiB at the very most. */
const MAX_PAGES = 128

type Pages = Map<string, Promise<ReplayPage>>

export class ReplayCache {
  readonly #log: Pick<Log, 'read'>
  readonly #followedHead: () => number
  readonly #channels = new Map<string, Pages>()
  #pages = 0
  #timer: NodeJS.Timeout | null = null

  /** `followedHead`: the newest seq of which `forget` would have told. */
  constructor(log: Pick<Log, 'read'>, followedHead: () => number) {
    this.#log = log
    this.#followedHead = followedHead
  }

  /** Reads one page; only reads of a single channel are shared. */
  async read(from: readonly From[]): Promise<ReplayPage> {
    const only = from[0]
    if (!only || from.length > 1) return this.#read(from)
    const start = startOf(only)
    const reading = this.#readShared(only, start)
    const page = await reading
    // Forgotten while it was read: the channel got something that the page may lack.
    const isCurrent = this.#channels.get(only.channel)?.get(start) === reading
    return isCurrent ? page.asOf(this.#followedHead()) : page
  }

  /** New messages or removals: what was read of this channel is out of date. */
  forget(channel: string): void {
    const pages = this.#channels.get(channel)
    if (!pages) return
    this.#channels.delete(channel)
    this.#pages -= pages.size
  }

  #readShared(from: From, start: string): Promise<ReplayPage> {
    const known = this.#channels.get(from.channel)?.get(start)
    if (known) return known
    const page = this.#read([from])
    this.#keep(from.channel, start, page)
    const drop = (): void => this.#drop(from.channel, start, page)
    page.then(({ expires }) => {
      if (expires) drop()
    }, drop)
    return page
  }

  #keep(channel: string, start: string, page: Promise<ReplayPage>): void {
    if (this.#pages >= MAX_PAGES) this.#clear()
    const pages: Pages = this.#channels.get(channel) ?? new Map()
    pages.set(start, page)
    this.#channels.set(channel, pages)
    this.#pages += 1
    this.#timer ??= setTimeout(() => this.#clear(), KEPT_MS).unref()
  }

  #drop(channel: string, start: string, page: Promise<ReplayPage>): void {
    const pages = this.#channels.get(channel)
    if (pages?.get(start) !== page) return
    pages.delete(start)
    this.#pages -= 1
  }

  #clear(): void {
    this.#channels.clear()
    this.#pages = 0
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
  }

  async #read(from: readonly From[]): Promise<ReplayPage> {
    return new ReplayPage(await this.#log.read(from, PAGE_MESSAGES, CHUNK_BYTES))
  }
}

function startOf(from: From): string {
  return 'newest' in from ? `n${from.newest}` : `a${from.after}`
}
