// A list that goes back in time page by page: the newest first, older ones when asked for. Knows no rows.

import type { Signal } from '@preact/signals'
import { effect, signal } from '@preact/signals'
import { linkCount } from './feed.ts'
import { explain } from './request.ts'

export interface Page<Row> {
  readonly rows: readonly Row[]
  /** What the next page is asked for with; absent at the end. */
  readonly next?: number
}

export interface Paged<Row> extends Page<Row> {
  /** Of the first page. */
  readonly state: 'loading' | 'ready' | 'failed'
  readonly problem: string
  readonly isReadingOlder: boolean
}

export interface PagedList<Row> {
  readonly value: Signal<Paged<Row>>
  reload(): void
  older(): void
  /** Changes the rows that are there; called again on those that a load under way brings. */
  change(act: (rows: readonly Row[]) => readonly Row[]): void
  stop(): void
}

/** A filter may find little in much: so many pages are asked for before somebody has to ask again. */
const PAGES_AT_ONCE = 20

/** Loads now and after each reconnect. `load` takes `next` of the page before. */
export function createPaged<Row>(load: (before?: number) => Promise<Page<Row>>): PagedList<Row> {
  const value = signal<Paged<Row>>({ state: 'loading', rows: [], problem: '', isReadingOlder: false })
  let turn = 0
  let meanwhile: ((rows: readonly Row[]) => readonly Row[])[] = []

  async function read(before?: number): Promise<Page<Row>> {
    let page = await load(before)
    for (let n = 1; n < PAGES_AT_ONCE && page.rows.length === 0 && page.next !== undefined; n++)
      page = await load(page.next)
    return page
  }

  async function reload(): Promise<void> {
    const mine = ++turn
    meanwhile = []
    value.value = { ...value.peek(), state: 'loading', isReadingOlder: false }
    try {
      const page = await read()
      if (mine !== turn) return
      const rows = meanwhile.reduce((changed, act) => act(changed), page.rows)
      value.value = { ...page, rows, state: 'ready', problem: '', isReadingOlder: false }
    } catch (error) {
      if (mine === turn) value.value = { ...value.peek(), state: 'failed', problem: explain(error) }
    }
  }

  async function older(): Promise<void> {
    const { next, isReadingOlder, state } = value.peek()
    if (next === undefined || isReadingOlder || state === 'loading') return
    const mine = turn
    value.value = { ...value.peek(), isReadingOlder: true, problem: '' }
    try {
      const page = await read(next)
      if (mine !== turn) return
      const { next: _, ...current } = value.peek()
      value.value = { ...current, ...page, rows: [...current.rows, ...page.rows], isReadingOlder: false }
    } catch (error) {
      if (mine === turn) value.value = { ...value.peek(), isReadingOlder: false, problem: explain(error) }
    }
  }

  const stopLink = effect(() => {
    linkCount.value
    void reload()
  })
  return {
    value,
    reload: () => void reload(),
    older: () => void older(),
    change(act) {
      const { rows, state } = value.peek()
      if (state === 'loading') meanwhile.push(act)
      const changed = act(rows)
      if (changed !== rows) value.value = { ...value.peek(), rows: changed }
    },
    stop() {
      turn += 1
      stopLink()
    },
  }
}
