// The list of connections: what events say of its rows. Pure.

import type { ConnectionView, GatewayEvent } from '../../shared/stats.ts'
import type { ListUpkeep } from './list-window.ts'

/** `isGone`: it has ended since the rows were read, and leaves the list with the next reading. */
export type ConnectionRow = ConnectionView & { readonly isGone?: true }

/** Marks those that have ended; the same rows when none of them is there. */
export function markGone(
  rows: readonly ConnectionRow[],
  events: readonly GatewayEvent[],
): readonly ConnectionRow[] {
  const ended = new Set(events.flatMap(event => (event.kind === 'disconnected' ? [event.connection] : [])))
  if (!rows.some(({ id }) => ended.has(id))) return rows
  return rows.map(row => (ended.has(row.id) ? { ...row, isGone: true as const } : row))
}

export const CONNECTIONS_UPKEEP: ListUpkeep<ConnectionRow> = {
  apply: markGone,
  isNews: ({ kind }) => kind === 'connected' || kind === 'disconnected',
  readAgainMs: 3000,
}
