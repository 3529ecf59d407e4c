// The happenings an operator is woken for: refusals, gaps, storage, connections that did not end by themselves. Pure.

import type { GatewayEvent } from '../../shared/stats.ts'

const KEPT = 60

export type Severity = 'bad' | 'warn' | 'note' | 'good'

export interface Trouble {
  readonly time: number
  readonly severity: Severity
  readonly title: string
  readonly detail: string
  /** How often it happened; the time is that of the last. */
  readonly times: number
}

/** Newest first, bounded; the same again moves up and counts, so that one misbehaving client does not hide the rest. */
export function applyTroubles(
  troubles: readonly Trouble[],
  events: readonly GatewayEvent[],
): readonly Trouble[] {
  let next = troubles
  for (const event of events) {
    const trouble = describe(event)
    if (!trouble) continue
    const same = next.find(({ title, detail }) => title === trouble.title && detail === trouble.detail)
    const newest = { ...trouble, times: (same?.times ?? 0) + 1 }
    next = [newest, ...next.filter(each => each !== same)].slice(0, KEPT)
  }
  return next
}

function describe(event: GatewayEvent): Trouble | null {
  const { time } = event
  switch (event.kind) {
    case 'connected':
    case 'subscribed':
    case 'unsubscribed':
    case 'started':
    case 'counted':
      return null
    case 'disconnected': {
      if (event.code === 'closed') return null
      const who = event.user ?? event.connection
      const severity = event.code === 'kicked' ? 'note' : 'warn'
      return { time, severity, title: `Ended: ${event.code}`, detail: `${who} – ${event.reason}`, times: 1 }
    }
    case 'refused': {
      const who = event.user ? `${event.user} at ${event.address}` : event.address
      return {
        time,
        severity: 'warn',
        title: `Refused: ${event.code}`,
        detail: `${who} – ${event.message}`,
        times: 1,
      }
    }
    case 'gap':
      return {
        time,
        severity: 'warn',
        title: `Gap: ${event.reason}`,
        detail: `in ${event.channel}`,
        times: 1,
      }
    case 'storage': {
      const failed = event.state === 'failed'
      return {
        time,
        severity: failed ? 'bad' : 'good',
        title: failed ? 'The log cannot be written' : 'The log can be written again',
        detail: event.message,
        times: 1,
      }
    }
  }
}
