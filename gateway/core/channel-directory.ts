// The channels there are, active ones and stored ones, for operators who search and sort them: a hundred thousand without
// holding up live traffic. Knows no HTTP and no storage.

import type { ChannelRates } from './channel-rates.ts'
import type { History, StoredChannel } from './history.ts'
import type { Hub } from './hub.ts'
import { type InTurn, sortInTurns } from './sort-in-turns.ts'

export interface ChannelFigures {
  readonly name: string
  /** Live subscriptions on this node. */
  readonly subscribers: number
  readonly messages: number
  readonly bytes: number
  /** Messages published a second, lately. */
  readonly perSecond: number
  /** Newest message's time in milliseconds, when one is kept. */
  readonly last?: number
}

export const CHANNEL_SORTS = ['name', 'subscribers', 'perSecond', 'messages', 'bytes', 'last'] as const
type Figure = (typeof CHANNEL_SORTS)[number]
/** A figure, from its smallest value on; with `-` before it, from its largest. */
export type ChannelSort = Figure | `-${Figure}`

export interface ChannelSearch {
  readonly prefix: string
  /** Part of the name, upper and lower case alike. */
  readonly text: string
  readonly sort: ChannelSort
  readonly offset: number
  readonly limit: number
}

export interface ChannelDirectoryOptions {
  readonly history: Pick<History, 'channels'>
  readonly hub: Pick<Hub, 'subscribers' | 'activeNames'>
  readonly rates: Pick<ChannelRates, 'perSecond'>
  /** Whoever catches up with the log, and whoever looks through it, take turns. */
  readonly inTurn: InTurn
  /** Monotonic milliseconds. */
  readonly now: () => number
  readonly startTimer: (delayMs: number, act: () => void) => () => void
}

/** All channels at a moment, by name; sorted otherwise when that was asked for. */
interface Picture {
  readonly byName: readonly ChannelFigures[]
  readonly sorted: Map<ChannelSort, Promise<readonly ChannelFigures[]>>
  readonly goodUntil: number
}

/** Rows read in one turn: about two milliseconds. */
const PAGE = 500
/** Names looked at in one turn: about a millisecond. */
const PART = 5000
/**
 * A picture serves for twenty times as long as it took: 100,000 channels take 0.45 s, so that operators who type and scroll
 * cost a twentieth of the time; a thousand take 5 ms and are always fresh. The limit is for a million, which take seconds.
 */
const LIFE_FACTOR = 20
const MAX_LIFE_MS = 60_000
/** A picture of 100,000 channels is 20 MB, let go of when nobody looks any more. */
const IDLE_MS = 30_000

export class ChannelDirectory {
  readonly #options: ChannelDirectoryOptions
  #picture: Promise<Picture> | null = null
  #stopIdle = (): void => {}

  constructor(options: ChannelDirectoryOptions) {
    this.#options = options
  }

  /** What a channel has, with what the log keeps of it. */
  figuresOf(name: string, stored: StoredChannel | null): ChannelFigures {
    const { hub, rates } = this.#options
    const { messages = 0, bytes = 0, last } = stored ?? {}
    const figures = {
      name,
      subscribers: hub.subscribers(name),
      messages,
      bytes,
      perSecond: rates.perSecond(name),
    }
    return last === undefined ? figures : { ...figures, last }
  }

  /** One window of the channels found, and how many there are. Throws when the log cannot be read. */
  async search(search: ChannelSearch): Promise<{ channels: ChannelFigures[]; total: number }> {
    const { offset, limit, sort } = search
    const picture = await this.#look()
    const order = await this.#ordered(picture, sort)
    const text = search.text.toLowerCase()
    const found: ChannelFigures[] = []
    let total = 0
    await this.#inParts(order, part => {
      for (const channel of part) {
        if (!channel.name.startsWith(search.prefix) || !channel.name.toLowerCase().includes(text)) continue
        if (total >= offset && found.length < limit) found.push(this.#refreshed(channel))
        total += 1
      }
    })
    return { channels: found, total }
  }

  /** The picture may be seconds old; what the gateway has in memory need not be. */
  #refreshed(channel: ChannelFigures): ChannelFigures {
    const { hub, rates } = this.#options
    const { name } = channel
    return { ...channel, subscribers: hub.subscribers(name), perSecond: rates.perSecond(name) }
  }

  /** Searches at the same time share one picture. */
  async #look(): Promise<Picture> {
    this.#stopIdle()
    this.#stopIdle = this.#options.startTimer(IDLE_MS, () => {
      this.#picture = null
    })
    const known = this.#picture
    if (known && (await known).goodUntil > this.#options.now()) return known
    if (this.#picture !== known && this.#picture) return this.#picture
    const taken = this.#take()
    this.#picture = taken
    taken.catch(() => {
      if (this.#picture === taken) this.#picture = null
    })
    return taken
  }

  async #take(): Promise<Picture> {
    const { now } = this.#options
    const start = now()
    const channels = await this.#readStored()
    const stored = channels.length
    await this.#addActive(channels)
    const isInOrder = channels.length === stored
    const byName = isInOrder ? channels : await sortInTurns(channels, compareNames, this.#inTurn)
    const end = now()
    return { byName, sorted: new Map(), goodUntil: end + Math.min(LIFE_FACTOR * (end - start), MAX_LIFE_MS) }
  }

  async #readStored(): Promise<ChannelFigures[]> {
    const { history } = this.#options
    const channels: ChannelFigures[] = []
    for (let after = ''; ; after = channels.at(-1)!.name) {
      const page = await this.#inTurn(() => history.channels({ prefix: '', after, limit: PAGE }))
      for (const row of page) channels.push(this.figuresOf(row.name, row))
      if (page.length < PAGE) return channels
    }
  }

  /** Appends the active channels of which nothing is stored: the smaller set of the two is held beside the picture. */
  async #addActive(channels: ChannelFigures[]): Promise<void> {
    const active = new Set(this.#options.hub.activeNames())
    await this.#inParts(channels, part => {
      for (const { name } of part) active.delete(name)
    })
    await this.#inParts([...active], part => {
      for (const name of part) channels.push(this.figuresOf(name, null))
    })
  }

  async #inParts<T>(items: readonly T[], work: (part: readonly T[]) => void): Promise<void> {
    const { length } = items
    for (let at = 0; at < length; at += PART) {
      await this.#inTurn(async () => work(items.slice(at, Math.min(at + PART, length))))
    }
  }

  #ordered(picture: Picture, sort: ChannelSort): Promise<readonly ChannelFigures[]> {
    const { byName, sorted } = picture
    if (sort === 'name') return Promise.resolve(byName)
    if (sort === '-name') return Promise.resolve(byName.toReversed())
    const known = sorted.get(sort)
    if (known) return known
    const sign = sort.startsWith('-') ? -1 : 1
    const figure = sort.replace('-', '') as Exclude<Figure, 'name'>
    // A stable sort: equals stay by name.
    const order = sortInTurns(byName, (a, b) => sign * ((a[figure] ?? 0) - (b[figure] ?? 0)), this.#inTurn)
    sorted.set(sort, order)
    return order
  }

  get #inTurn(): InTurn {
    return this.#options.inTurn
  }
}

function compareNames(a: ChannelFigures, b: ChannelFigures): number {
  return a.name < b.name ? -1 : 1
}
