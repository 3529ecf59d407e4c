// The list of what happened: pages read back, and what comes live put on top under the same ids. Pure.

import { factsOf } from '../../shared/event-facts.ts'
import type { EventFilter } from '../../shared/event-filter.ts'
import { fitsFilter } from '../../shared/event-filter.ts'
import type { EventKind, KeptEvent } from '../../shared/kept-event.ts'
import { EVENT_KINDS } from '../../shared/kept-event.ts'
import type { ToldEvent } from '../../shared/stats.ts'

/** More than anybody scrolls through; the oldest fall off when new ones come. */
const MAX_LIVE_ROWS = 5000

/** The lines that live events stand for; none for those that are not kept, or are counted in another line. */
export function linesOf(events: readonly ToldEvent[]): KeptEvent[] {
  return events.flatMap(event => {
    if (event.kind === 'counted') return [event.event]
    const facts = event.id === undefined ? null : factsOf(event)
    return facts === null ? [] : [{ ...facts, id: event.id!, count: 1 }]
  })
}

/**
 * Puts lines that fit where their ids belong, newest first. A line that is there already only counts on: it may come
 * twice. What is older than all rows is left to the page that it is on.
 */
export function addLines(
  rows: readonly KeptEvent[],
  lines: readonly KeptEvent[],
  filter: EventFilter,
): readonly KeptEvent[] {
  const oldest = rows.at(-1)?.id ?? 0
  const fitting = lines.filter(line => line.id >= oldest && fitsFilter(line, filter))
  if (fitting.length === 0) return rows
  const all = new Map(rows.map(row => [row.id, row]))
  for (const line of fitting) all.set(line.id, later(all.get(line.id), line))
  const sorted = [...all.values()].sort((a, b) => b.id - a.id)
  return sorted.slice(0, Math.max(MAX_LIVE_ROWS, rows.length))
}

function later(one: KeptEvent | undefined, other: KeptEvent): KeptEvent {
  return one !== undefined && one.count > other.count ? one : other
}

/** What the address asks for: `kind=refused,gap`, `q` for text, `until` in milliseconds, and single values. */
export function filterOf(query: Readonly<Record<string, string>>): EventFilter {
  const names = (query.kind ?? '').split(',')
  const kinds = EVENT_KINDS.filter(kind => names.includes(kind))
  const given = (name: string) => query[name] || undefined
  return {
    kinds,
    text: given('q'),
    code: given('code'),
    connection: given('connection'),
    user: given('user'),
    address: given('address'),
    channel: given('channel'),
    until: Number(query.until) || undefined,
  }
}

/** The same as a query of the gateway's API. */
export function apiQuery({ kinds = [], ...filter }: EventFilter): string {
  const given = Object.entries({ kind: kinds.join(','), ...filter }).filter(([, value]) => value)
  return new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString()
}

/** `kind` as the address holds it, with one kind taken in or out. */
export function toggleKind(kinds: readonly EventKind[] = [], kind: EventKind): string {
  const chosen = EVENT_KINDS.filter(each => (each === kind) !== kinds.includes(each))
  return chosen.length === EVENT_KINDS.length ? '' : chosen.join(',')
}
