// Where happenings are kept for operators to look back at. Types only.

import type { EventFilter } from '../../shared/event-filter.ts'
import type { KeptEvent } from '../../shared/kept-event.ts'

export interface EventQuery extends EventFilter {
  /** Only events with smaller ids. */
  readonly before?: number | undefined
  readonly limit: number
}

export interface EventPage {
  /** Newest first. */
  readonly events: readonly KeptEvent[]
  /** Everything with smaller ids is still to be looked at; absent when nothing is. */
  readonly next?: number
}

export interface EventBounds {
  readonly maxEntries: number
  /** Those whose last time is not after it go, the oldest first; milliseconds since 1970. */
  readonly until: number
}

/** Every method throws when the storage fails. */
export interface EventStore {
  /** Keeps new events, and the counts of those it has already; all or none. */
  save(events: Iterable<KeptEvent>): void
  /** Looks at a bounded number of events, so that a rare one does not hold the event loop: see `next`. */
  read(query: EventQuery): EventPage
  /** The largest id ever used; 0 when there was none. */
  lastId(): number
  /** Removes a bounded number of events; false: there was nothing to remove. */
  trim(bounds: EventBounds): boolean
}
