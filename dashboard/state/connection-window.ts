// The part of the list of connections that is looked at: the gateway filters, sorts and counts thousands, and sends the
// rows around those in view. Knows no network and no page: what loads, and who looks, is handed in.

import { signal } from '@preact/signals'
import type { ConnectionView, GatewayEvent } from '../../shared/stats.ts'

/** `isGone`: it has ended since the rows were read, and leaves the list with the next reading. */
export type ConnectionRow = ConnectionView & { readonly isGone?: true }

export interface Loaded {
  readonly rows: readonly ConnectionRow[]
  /** Where the first of them stands in the whole list. */
  readonly offset: number
  /** How many match in all. */
  readonly total: number
}

export type WindowState =
  | { readonly name: 'loading'; readonly list: Loaded | null }
  | { readonly name: 'failed'; readonly list: Loaded | null; readonly problem: string }
  | { readonly name: 'ready'; readonly list: Loaded; readonly at: number; readonly more: false }

/** Reads rows; rejects with a sentence. `query`: filters and order. */
export type LoadRows = (query: string, offset: number, limit: number) => Promise<Loaded>

/** Rows read beyond both ends of those drawn, so that scrolling on finds them there. */
const SPARE_ROWS = 40
const FIRST_ROWS = 40
/** More the gateway does not give at once; no screen shows as many. */
const MAX_ROWS = 1000
/** Of the time between two readings, a twentieth is spent reading, at most: thousands of rows cost the gateway. */
const REST = 20
const READ_AGAIN_MS = 3000
const SOON_MS = 1000

export function windowAround(first: number, end: number): { offset: number; limit: number } {
  const offset = Math.max(0, first - SPARE_ROWS)
  return { offset, limit: Math.min(MAX_ROWS, end + SPARE_ROWS - offset) }
}

/** Whether rows `first` up to `end` are there, as far as the list has any. */
export function covers({ rows, offset, total }: Loaded, first: number, end: number): boolean {
  const last = Math.min(end, total)
  return first >= last || (first >= offset && last <= offset + rows.length)
}

/** Marks those that have ended; the same list when none of them is in it. */
export function markGone(loaded: Loaded, events: readonly GatewayEvent[]): Loaded {
  const ended = new Set(events.flatMap(event => (event.kind === 'disconnected' ? [event.connection] : [])))
  if (!loaded.rows.some(({ id }) => ended.has(id))) return loaded
  const rows = loaded.rows.map(row => (ended.has(row.id) ? { ...row, isGone: true as const } : row))
  return { ...loaded, rows }
}

/** `nowMs`: a clock, for how old the rows are. */
export class ConnectionWindow {
  readonly value = signal<WindowState>({ name: 'loading', list: null })
  /** While it is held nothing is read by itself, so that rows stay under the pointer. */
  readonly isHeld = signal(false)
  readonly #load: LoadRows
  readonly #nowMs: () => number
  #query: string | null = null
  #first = 0
  #end = FIRST_ROWS
  /** Answers to readings begun before the last `reload` or `stop` are dropped. */
  #turn = 0
  #isReading = false
  #hasNews = false
  #readAt = 0
  #restMs = 0

  constructor(load: LoadRows, nowMs: () => number) {
    this.#load = load
    this.#nowMs = nowMs
  }

  /** What is asked for; what is shown stays until the first answer. */
  ask(query: string): void {
    if (query === this.#query) return
    this.#query = query
    this.#begin()
    if (!this.#isReading) void this.#read()
  }

  /** These rows are in view now. */
  show(first: number, end: number): void {
    this.#first = first
    this.#end = end
    const { list } = this.value.peek()
    if (list && !covers(list, first, end) && !this.#isReading) void this.#read()
  }

  /** Connections came and went. */
  tell(events: readonly GatewayEvent[]): void {
    if (!events.some(({ kind }) => kind === 'connected' || kind === 'disconnected')) return
    this.#hasNews = true
    const current = this.value.peek()
    if (current.name === 'ready') this.value.value = { ...current, list: markGone(current.list, events) }
  }

  /** Called each second while somebody looks: reads again when it is time. */
  tick(): void {
    if (this.#isReading || this.isHeld.peek() || this.#query === null) return
    const dueMs = Math.max(this.#hasNews ? SOON_MS : READ_AGAIN_MS, this.#restMs)
    if (this.#nowMs() - this.#readAt >= dueMs) void this.#read()
  }

  /** Reads now, whatever is under way: it may never be answered. */
  reload(): void {
    if (this.#query === null) return
    this.#begin()
    void this.#read()
  }

  stop(): void {
    this.#turn += 1
    this.#query = null
  }

  #begin(): void {
    this.value.value = { name: 'loading', list: this.value.peek().list }
  }

  async #read(): Promise<void> {
    const query = this.#query
    if (query === null) return
    const mine = ++this.#turn
    this.#isReading = true
    this.#hasNews = false
    const begunMs = this.#nowMs()
    const { offset, limit } = windowAround(this.#first, this.#end)
    const answer = await this.#load(query, offset, limit).catch((error: unknown) => String(error))
    if (mine !== this.#turn) return
    this.#isReading = false
    this.#readAt = this.#nowMs()
    this.#restMs = (this.#readAt - begunMs) * REST
    // Asked anew meanwhile: rows of another question are not shown under this one.
    if (query !== this.#query) return void this.#read()
    this.#take(answer)
  }

  #take(answer: Loaded | string): void {
    const { list } = this.value.peek()
    if (typeof answer === 'string') {
      this.value.value = { name: 'failed', list, problem: answer }
      return
    }
    this.value.value = { name: 'ready', list: answer, more: false, at: this.#readAt }
    // Scrolled on meanwhile; what was asked for and is not there will not come by asking again.
    const { offset, limit } = windowAround(this.#first, this.#end)
    const isAsked = offset === answer.offset && limit <= answer.rows.length
    if (!isAsked && !covers(answer, this.#first, this.#end)) void this.#read()
  }
}
