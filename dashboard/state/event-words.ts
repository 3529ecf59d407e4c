// What an event is called, and how bad it is. Pure.

import type { KeptEvent } from '../../shared/kept-event.ts'

export interface EventWords {
  readonly severity: 'good' | 'note' | 'warn' | 'bad'
  readonly title: string
  /** One sentence. */
  readonly message: string
}

const GAPS: Readonly<Record<string, string>> = {
  expired: 'What it had not read was no longer kept.',
  reset: 'Its cursor was of another log.',
  slow: 'It read more slowly than messages were let go.',
  no_history: 'The channel keeps no messages to resume from.',
}

const GOODBYES: Readonly<Record<string, string>> = {
  closed: 'Left',
  kicked: 'Sent away',
  timeout: 'Timed out',
  unauthorized: 'No longer allowed',
}

export function wordsOf(event: KeptEvent): EventWords {
  const { kind, code = '', message } = event
  switch (kind) {
    case 'connected':
      return { severity: 'note', title: 'Connected', message }
    case 'disconnected': {
      const title = GOODBYES[code] ?? `Ended: ${code}`
      return { severity: code === 'closed' || code === 'kicked' ? 'note' : 'warn', title, message }
    }
    case 'refused':
      return { severity: 'warn', title: code === 'rate_limited' ? 'Rate limit' : `Refused: ${code}`, message }
    case 'gap':
      return { severity: 'warn', title: `Gap: ${code}`, message: message || (GAPS[code] ?? '') }
    case 'storage':
      return code === 'failed'
        ? { severity: 'bad', title: 'Storage failed', message }
        : { severity: 'good', title: 'Storage works', message }
    case 'started':
      return { severity: 'good', title: 'Started', message }
  }
}

/** How long the fault lasted that this event ends, in milliseconds; `rows` are newest first. Null for other events. */
export function faultMs(rows: readonly KeptEvent[], event: KeptEvent): number | null {
  if (event.kind !== 'storage' || event.code !== 'recovered') return null
  const begin = rows.find(row => row.kind === 'storage' && row.id < event.id)
  return begin?.code === 'failed' ? event.time - begin.time : null
}
