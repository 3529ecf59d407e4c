// Keeps a filtered list of events current: pages from the API, what comes live on top, held back while paused.

import type { Signal } from '@preact/signals'
import { signal } from '@preact/signals'
import type { EventFilter } from '../../shared/event-filter.ts'
import { fitsFilter } from '../../shared/event-filter.ts'
import type { KeptEvent } from '../../shared/kept-event.ts'
import type { ToldEvent } from '../../shared/stats.ts'
import { addLines, apiQuery, linesOf } from './event-log.ts'
import { onEvents } from './feed.ts'
import type { PagedList } from './paged.ts'
import { createPaged } from './paged.ts'
import { request } from './request.ts'

const PAGE = 200
/** While paused; a flood is lines that count, so this is hours. */
const MAX_HELD = 5000

export interface EventWatch {
  readonly list: PagedList<KeptEvent>
  readonly isPaused: Signal<boolean>
  /** How many lines have come since the pause. */
  readonly held: Signal<number>
  pause(isPaused: boolean): void
  stop(): void
}

export function watchEvents(filter: EventFilter): EventWatch {
  const list = createPaged<KeptEvent>(async before => {
    const place = before === undefined ? '' : `&before=${before}`
    const answer = await request<{ events: KeptEvent[]; next?: number }>(
      'GET',
      `events?limit=${PAGE}${place}&${apiQuery(filter)}`,
    )
    return { rows: answer.events, ...(answer.next !== undefined && { next: answer.next }) }
  })
  const isPaused = signal(false)
  const held = signal(0)
  const waiting = new Map<number, KeptEvent>()
  const stopEvents = onEvents(events => {
    const lines = linesOf(events as readonly ToldEvent[]).filter(line => fitsFilter(line, filter))
    if (lines.length === 0) return
    if (!isPaused.peek()) return list.change(rows => addLines(rows, lines, filter))
    for (const line of lines) waiting.set(line.id, line)
    for (const id of waiting.keys()) if (waiting.size > MAX_HELD) waiting.delete(id)
    held.value = waiting.size
  })
  return {
    list,
    isPaused,
    held,
    pause(to) {
      isPaused.value = to
      if (to) return
      const lines = [...waiting.values()]
      waiting.clear()
      held.value = 0
      list.change(rows => addLines(rows, lines, filter))
    },
    stop() {
      stopEvents()
      list.stop()
    },
  }
}
