// Which events somebody wants to see: the same for what is read back and for what comes live. Pure.

import type { EventKind, KeptEvent } from './kept-event.ts'

export interface EventFilter {
  /** Any of these; none: all. */
  readonly kinds?: readonly EventKind[] | undefined
  readonly code?: string | undefined
  readonly connection?: string | undefined
  readonly user?: string | undefined
  readonly address?: string | undefined
  readonly channel?: string | undefined
  /** Occurs somewhere, in letters of either case. */
  readonly text?: string | undefined
  /** Not after this; milliseconds since 1970. */
  readonly until?: number | undefined
}

export function fitsFilter(event: KeptEvent, filter: EventFilter): boolean {
  const { kinds = [], text = '', until = Number.POSITIVE_INFINITY } = filter
  if (event.time > until) return false
  if (kinds.length > 0 && !kinds.includes(event.kind)) return false
  const { code, connection, user, address, transport, channel, message } = event
  const exact = { code, connection, user, address, channel }
  for (const [name, value] of Object.entries(exact)) {
    const wanted = filter[name as keyof typeof exact]
    if (wanted !== undefined && wanted !== value) return false
  }
  const all = [message, code, connection, user, address, transport, channel].join(' ')
  return all.toLowerCase().includes(text.toLowerCase())
}
