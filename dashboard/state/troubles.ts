// What an operator is woken for, out of the events that are kept: refusals, gaps, storage, starts. Pure.

import type { EventKind, KeptEvent } from '../../shared/kept-event.ts'
import { wordsOf } from './event-words.ts'

/** Disconnects are counted by reason beside: most of them are nobody's trouble. */
export const TROUBLE_KINDS: readonly EventKind[] = ['refused', 'gap', 'storage', 'started']

/** Older ones are history: the page of events has them. */
export const TROUBLE_SPAN_MS = 24 * 3600 * 1000

const SHOWN = 20

export interface Trouble {
  /** The newest of them. */
  readonly event: KeptEvent
  readonly times: number
}

/** Of events newest first; the same again counts, so that one misbehaving client does not hide the rest. */
export function gatherTroubles(events: readonly KeptEvent[], now: number): readonly Trouble[] {
  const troubles = new Map<string, Trouble>()
  for (const event of events) {
    if (event.time < now - TROUBLE_SPAN_MS) break
    const { title, message } = wordsOf(event)
    const key = JSON.stringify([title, message, event.channel, event.user])
    const known = troubles.get(key)
    if (known) troubles.set(key, { ...known, times: known.times + event.count })
    else if (troubles.size < SHOWN) troubles.set(key, { event, times: event.count })
  }
  return [...troubles.values()]
}
