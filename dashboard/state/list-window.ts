// The part of a long list that is looked at: the gateway filters, sorts and counts thousands, and sends the rows around
// those in view. Knows no rows, no network and no page: what loads, and who looks, is handed in.

import { signal } from '@preact/signals'
import type { GatewayEvent } from '../../shared/stats.ts'

export interface Loaded<Row> {
  readonly rows: readonly Row[]
  /** Where the first of them stands in the whole list. */
  readonly offset: number
  /** How many there are in all. */
  readonly total: number
}

export type WindowState<Row> =
  | { readonly name: 'loading'; readonly list: Loaded<Row> | null }
  | { readonly name: 'failed'; readonly list: Loaded<Row> | null; readonly problem: string }
  | { readonly name: 'ready'; readonly list: Loaded<Row>; readonly at: number }

/** Reads rows; rejects with a sentence. `query`: filters and order. */
export type LoadRows<Row> = (query: string, offset: number, limit: number) => Promise<Loaded<Row>>

/** How a list is kept current. */
export interface ListUpkeep<Row> {
  /** What events change in the rows that are there; the same rows when nothing. */
  apply(rows: readonly Row[], events: readonly GatewayEvent[]): readonly Row[]
  /** Whether an event makes other rows, so that the list is read again soon. */
  isNews(event: GatewayEvent): boolean
  readonly readAgainMs: number
}

/** Rows read beyond both ends of those drawn, so that scrolling on finds them there. */
const SPARE_ROWS = 40
const FIRST_ROWS = 40
/** More the gateway does not give at once; no screen shows as many. */
const MAX_ROWS = 1000
/** Of the time between two readings, a twentieth is spent reading, at most: thousands of rows cost the gateway. */
const REST = 20
const SOON_MS = 1000

export function windowAround(first: number, end: number): { offset: number; limit: number } {
  const offset = Math.max(0, first - SPARE_ROWS)
  return { offset, limit: Math.min(MAX_ROWS, end + SPARE_ROWS - offset) }
}

/** Whether rows `first` up to `end` are there, as far as the list has any. */
export function covers({ rows, offset, total }: Loaded<unknown>, first: number, end: number): boolean {
  const last = Math.min(end, total)
  return first >= last || (first >= offset && last <= offset + rows.length)
}

/** `nowMs`: a clock, for how old the rows are. */
export class ListWindow<Row> {
  readonly value = signal<WindowState<Row>>({ name: 'loading', list: null })
  /** While it is held nothing is read by itself, so that rows stay under the pointer. */
  readonly isHeld = signal(false)
  readonly #load: LoadRows<Row>
  readonly #upkeep: ListUpkeep<Row>
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

  constructor(load: LoadRows<Row>, upkeep: ListUpkeep<Row>, nowMs: () => number) {
    this.#load = load
    this.#upkeep = upkeep
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
  readonly show = (first: number, end: number): void => {
    this.#first = first
    this.#end = end
    const { list } = this.value.peek()
    if (list && !covers(list, first, end) && !this.#isReading) void this.#read()
  }

  /** Things happened. */
  tell(events: readonly GatewayEvent[]): void {
    if (events.some(event => this.#upkeep.isNews(event))) this.#hasNews = true
    const current = this.value.peek()
    if (current.list === null) return
    const rows = this.#upkeep.apply(current.list.rows, events)
    if (rows !== current.list.rows) this.value.value = { ...current, list: { ...current.list, rows } }
  }

  /** Called each second while somebody looks: reads again when it is time. */
  tick(): void {
    if (this.#isReading || this.isHeld.peek() || this.#query === null) return
    const dueMs = Math.max(this.#hasNews ? SOON_MS : this.#upkeep.readAgainMs, this.#restMs)
    if (this.#nowMs() - this.#readAt >= dueMs) void this.#read()
  }

  /** Reads now, whatever is under way: it may never be answered. */
  readonly reload = (): void => {
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

  #take(answer: Loaded<Row> | string): void {
    const { list } = this.value.peek()
    if (typeof answer === 'string') {
      this.value.value = { name: 'failed', list, problem: answer }
      return
    }
    this.value.value = { name: 'ready', list: answer, at: this.#readAt }
    // Scrolled on meanwhile; what was asked for and is not there will not come by asking again.
    const { offset, limit } = windowAround(this.#first, this.#end)
    const isAsked = offset === answer.offset && limit <= answer.rows.length
    if (!isAsked && !covers(answer, this.#first, this.#end)) void this.#read()
  }
}
