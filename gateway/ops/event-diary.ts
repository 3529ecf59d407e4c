// What happened, as operators look back at it: kept line by line, the same again and again as one line with a count.
// Written behind, once a second. Knows no storage and no channel.

import { factsOf } from '../../shared/event-facts.ts'
import { fitsFilter } from '../../shared/event-filter.ts'
import type { EventFacts, KeptEvent } from '../../shared/kept-event.ts'
import type { GatewayEvent } from '../../shared/stats.ts'
import type { Clock } from '../core/clock.ts'
import type { EventPage, EventQuery, EventStore } from '../core/event-store.ts'

/** The same within a minute is one line. */
const MINUTE_MS = 60_000
/** Lines of one kind and code in a minute; what comes beyond is counted in one more. */
const LINES_A_MINUTE = 60
/** Lines that wait for a storage that fails: its own fault must be among them when the disk is back. */
const MAX_UNSAVED = 2000
/** So many new lines, as a part of all, are worth a trim before its hour. */
const TRIM_PART = 0.05
/** A close reason or user agent comes from the peer. */
const MAX_TEXT = 500

export interface EventDiaryOptions {
  readonly store: EventStore
  readonly maxEntries: number
  readonly maxAgeMs: number
  readonly clock: Clock
  /** Told once when the store begins to fail. */
  readonly onFault: (error: unknown) => void
}

/** A line while it may still grow. */
type OpenEvent = { -readonly [K in keyof KeptEvent]: KeptEvent[K] }

/** `id`: of a line of its own. `isCounted`: it went into another line, which is told once a second. */
export type Noted = { readonly id?: number; readonly isCounted: boolean }

export class EventDiary {
  readonly #options: EventDiaryOptions
  /** The lines of this minute, by what makes two happenings the same. */
  readonly #lines = new Map<string, OpenEvent>()
  /** How many lines each kind and code has this minute. */
  readonly #counts = new Map<string, number>()
  readonly #unsaved = new Map<number, OpenEvent>()
  readonly #grown = new Set<OpenEvent>()
  #minute = 0
  #lastId: number
  #untrimmed = 0
  #isTrimming = false
  #isFailing = false

  /** Throws when the store cannot be read. */
  constructor(options: EventDiaryOptions) {
    this.#options = options
    this.#lastId = options.store.lastId()
  }

  /** Keeps an event in memory until the next `flush`; some microseconds, and never throws. */
  note(event: GatewayEvent): Noted {
    const facts = factsOf(event)
    if (facts === null) return { isCounted: false }
    this.#turnMinute(facts.time)
    const key = sameness(facts)
    const line = this.#lines.get(key) ?? this.#crowded(facts)
    if (line === null) return { id: this.#add(key, facts).id, isCounted: false }
    line.count += 1
    line.lastTime = facts.time
    this.#grown.add(line)
    this.#waitToBeSaved(line)
    return { isCounted: true }
  }

  /** Newest first. What is not written yet is found too; throws when the store fails. */
  read(query: EventQuery): EventPage {
    const { before = Number.POSITIVE_INFINITY } = query
    const page = this.#options.store.read(query)
    const waiting = [...this.#unsaved.values()].filter(event => event.id < before && fitsFilter(event, query))
    if (waiting.length === 0) return page
    const known = new Set(waiting.map(({ id }) => id))
    const floor = page.next ?? 0
    const merged = [
      ...waiting.map(event => ({ ...event })),
      ...page.events.filter(({ id }) => !known.has(id)),
    ]
      .filter(({ id }) => id >= floor)
      .sort((a, b) => b.id - a.id)
    const events = merged.slice(0, query.limit)
    if (merged.length > events.length) return { events, next: events.at(-1)!.id }
    return { ...page, events }
  }

  /** Writes what has come, and returns the lines that have grown since the last time. */
  flush(): readonly KeptEvent[] {
    const { store, maxEntries } = this.#options
    if (this.#unsaved.size > 0) {
      this.#try(() => {
        store.save(this.#unsaved.values())
        this.#untrimmed += this.#unsaved.size
        this.#unsaved.clear()
      })
    }
    if (this.#isTrimming || this.#untrimmed > maxEntries * TRIM_PART) this.trim()
    const grown = [...this.#grown].map(event => ({ ...event }))
    this.#grown.clear()
    return grown
  }

  /** Removes what is too old or too much: some of it now, the rest with the next flushes. */
  trim(): void {
    const { store, maxEntries, maxAgeMs, clock } = this.#options
    this.#try(() => {
      this.#isTrimming = store.trim({ maxEntries, until: clock() - maxAgeMs })
      this.#untrimmed = 0
    })
  }

  #turnMinute(time: number): void {
    const minute = Math.floor(time / MINUTE_MS)
    if (minute === this.#minute) return
    this.#minute = minute
    this.#lines.clear()
    this.#counts.clear()
  }

  /** The line for all that is too much of a kind and code; null while there is room for more lines. */
  #crowded(facts: EventFacts): OpenEvent | null {
    const group = `${facts.kind} ${facts.code}`
    const count = (this.#counts.get(group) ?? 0) + 1
    this.#counts.set(group, count)
    if (count <= LINES_A_MINUTE) return null
    return this.#lines.get(group) ?? this.#add(group, crowdOf(facts), 0)
  }

  #add(key: string, facts: EventFacts, count = 1): OpenEvent {
    this.#lastId += 1
    const event = { ...facts, message: facts.message.slice(0, MAX_TEXT), id: this.#lastId, count }
    this.#lines.set(key, event)
    this.#waitToBeSaved(event)
    return event
  }

  #waitToBeSaved(event: OpenEvent): void {
    this.#unsaved.set(event.id, event)
    if (this.#unsaved.size <= MAX_UNSAVED) return
    const lines = [...this.#unsaved.values()]
    this.#unsaved.delete((lines.find(({ kind }) => isRoutine(kind)) ?? lines[0]!).id)
  }

  /** Told once, not each second. */
  #try(act: () => void): void {
    try {
      act()
      this.#isFailing = false
    } catch (error) {
      if (!this.#isFailing) this.#options.onFault(error)
      this.#isFailing = true
    }
  }
}

/** Without who and where: it stands for many. */
function crowdOf({ time, kind, code, message }: EventFacts): EventFacts {
  const such = kind === 'connected' || message === '' ? '' : ` The first: ${message}`
  return { time, kind, ...(code !== undefined && { code }), message: `More within this minute.${such}` }
}

/** Comings and goings: the first that are let go of. */
function isRoutine(kind: KeptEvent['kind']): boolean {
  return kind === 'connected' || kind === 'disconnected'
}

/** Sentences differ in how long to wait, and are the same for it. A connection comes and goes once, which may be often. */
function sameness({ kind, code, connection, user, address, channel, message }: EventFacts): string {
  if (isRoutine(kind)) return `${kind} ${connection}`
  const who = kind === 'refused' ? (user ?? address) : connection
  return JSON.stringify([kind, code, who, channel, message.replace(/\d+/g, '0')])
}
