// The dashboard's own link to the gateway: live, or how old the figures are and when it tries again.

import type { State } from '../../clients/js/connect.ts'
import { formatAge, formatClock } from '../format.ts'
import { figures, figuresAt, link, wire } from '../state/feed.ts'
import { now } from '../state/now.ts'

const STALE_MS = 4000

export type Liveness = 'live' | 'waiting' | 'stale' | 'stopped'

export function liveness(): Liveness {
  if (link.value.name === 'stopped' || link.value.name === 'closed') return 'stopped'
  if (link.value.name !== 'open') return 'waiting'
  return figuresAt.value > 0 && now.value - figuresAt.value > STALE_MS ? 'stale' : 'live'
}

export function LinkState() {
  const state = liveness()
  return (
    <div class={`link-state link-state-${state}`} role="status">
      <span class="lamp" aria-hidden="true" />
      <span class="link-words">
        {state === 'live' ? (
          <>
            Live<span class="link-clock"> · {formatClock(figures.value?.time ?? now.value)}</span>
          </>
        ) : (
          troubleText(state, link.value)
        )}
      </span>
      {link.value.name === 'waiting' && (
        <button type="button" class="button button-small" onClick={() => wire.value?.retry()}>
          Now
        </button>
      )}
    </div>
  )
}

function troubleText(state: Liveness, at: State): string {
  const age = figuresAt.value > 0 ? `; figures are ${formatAge(now.value - figuresAt.value)} old` : ''
  if (state === 'stale') return `No figures coming${age}`
  if (at.name === 'stopped') return `Disconnected: ${at.loss.reason}${age}`
  if (figuresAt.value === 0) return 'Connecting…'
  return `Reconnecting…${age}`
}
