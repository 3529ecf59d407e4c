// A list too long to load: the pages of it that somebody looks at, read anew now and then and after each reconnect. Knows
// no page and no rows.

import type { Signal } from '@preact/signals'
import { effect, signal } from '@preact/signals'
import type { GatewayEvent } from '../../shared/stats.ts'

/** Rows in one request. */
export const PAGE_ROWS = 100

export interface Paged<Row> {
  readonly name: 'loading' | 'failed' | 'ready'
  /** Of the whole list; `null` until it was read once. */
  readonly total: number | null
  /** By number, from 0. */
  readonly pages: ReadonlyMap<number, readonly Row[]>
  readonly problem: string
  /** When it was read last, by this browser's clock. */
  readonly at: number
}

export interface PagedList<Row> {
  readonly value: Signal<Paged<Row>>
  /** These rows are being looked at: what is missing of them is read. */
  want(first: number, end: number): void
  reload(): void
  stop(): void
}

export interface PageSource<Row> {
  load(offset: number, limit: number): Promise<{ rows: readonly Row[]; total: number }>
  /** Events between two readings; must bear those that a row already holds. */
  apply(rows: readonly Row[], events: readonly GatewayEvent[]): readonly Row[]
}

/** What keeps a list current; the dashboard's own link to the gateway. */
export interface ListFeed {
  /** Grows with each connection. */
  readonly linkCount: Signal<number>
  readonly onEvents: (listener: (events: readonly GatewayEvent[]) => void) => () => void
  /** Whether reading again now would be of use to somebody. */
  readonly isWatched: () => boolean
}

const READ_AGAIN_MS = 15_000

/** The numbers of the pages that hold the rows from `first` up to, not including, `end`. */
export function pagesOf(first: number, end: number): number[] {
  const firstPage = Math.floor(first / PAGE_ROWS)
  const pages = Math.max(1, Math.ceil(end / PAGE_ROWS) - firstPage)
  return Array.from({ length: pages }, (_, index) => firstPage + index)
}

export function rowAt<Row>({ pages }: Paged<Row>, index: number): Row | undefined {
  return pages.get(Math.floor(index / PAGE_ROWS))?.[index % PAGE_ROWS]
}

/** `shown` stands in until the first answer, so that a changed search does not blink. */
export function createPagedList<Row>(
  source: PageSource<Row>,
  feed: ListFeed,
  shown: Paged<Row> | null = null,
): PagedList<Row> {
  const value = signal<Paged<Row>>(
    shown
      ? { ...shown, name: 'loading' }
      : { name: 'loading', total: null, pages: new Map(), problem: '', at: 0 },
  )
  let wanted = [0]
  let isForeign = shown !== null
  let turn = 0
  let isReading = false

  /** Reads these pages; of the others those stay that `isKept` says, once the answer is there. */
  async function read(numbers: readonly number[], isKept: (page: number) => boolean): Promise<void> {
    const mine = ++turn
    isReading = true
    try {
      const answers = await Promise.all(numbers.map(page => source.load(page * PAGE_ROWS, PAGE_ROWS)))
      if (mine !== turn) return
      const known = isForeign ? [] : [...value.peek().pages]
      const pages = new Map(known.filter(([page]) => isKept(page)))
      for (const [index, page] of numbers.entries()) pages.set(page, answers[index]!.rows)
      isForeign = false
      value.value = { name: 'ready', total: answers.at(-1)!.total, pages, problem: '', at: Date.now() }
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error)
      if (mine === turn) value.value = { ...value.peek(), name: 'failed', problem }
    } finally {
      if (mine === turn) isReading = false
    }
    if (mine === turn && value.peek().name === 'ready') fill()
  }

  /** Reads what came into view while something else was being read. */
  function fill(): void {
    const { pages } = value.peek()
    const missing = wanted.filter(page => !pages.has(page))
    if (!isReading && !isForeign && missing.length > 0) void read(missing, () => true)
  }

  // What was scrolled to meanwhile must not go blank.
  const isWanted = (page: number): boolean => wanted.includes(page)
  const reload = (): void => {
    value.value = { ...value.peek(), name: 'loading' }
    void read(wanted, isWanted)
  }
  const stopEvents = feed.onEvents(events => {
    const current = value.peek()
    const pages = new Map([...current.pages].map(([page, rows]) => [page, source.apply(rows, events)]))
    if ([...pages].some(([page, rows]) => rows !== current.pages.get(page)))
      value.value = { ...current, pages }
  })
  const stopLink = effect(() => {
    feed.linkCount.value
    reload()
  })
  const timer = setInterval(() => {
    if (!isReading && feed.isWatched()) void read(wanted, isWanted)
  }, READ_AGAIN_MS)
  return {
    value,
    want(first, end) {
      const { total } = value.peek()
      wanted = pagesOf(first, Math.min(end, total ?? end))
      fill()
    },
    reload,
    stop() {
      turn += 1
      clearInterval(timer)
      stopEvents()
      stopLink()
    },
  }
}
