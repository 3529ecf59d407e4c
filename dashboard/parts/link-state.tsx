// The dashboard's own link to the gateway: live, or how old the figures are and when it tries again.

import type { State } from '../../clients/js/connect.ts'
import { formatAge, formatClock } from '../format.ts'
import { figures, figuresAt, link, linkCount, wire } from '../state/feed.ts'
import { now } from '../state/now.ts'

const STALE_MS = 4000

export type Liveness = 'live' | 'waiting' | 'stale' | 'stopped'

const WORDS: Record<Liveness, string> = {
  live: 'Live',
  waiting: 'Reconnecting…',
  stale: 'No figures',
  stopped: 'Disconnected',
}

export function liveness(): Liveness {
  if (link.value.name === 'stopped' || link.value.name === 'closed') return 'stopped'
  // The first connection is not a trouble to speak of, also when figures by HTTP come before it.
  if (link.value.name !== 'open')
    return linkCount.value === 0 && link.value.name === 'connecting' ? 'live' : 'waiting'
  return figuresAt.value > 0 && now.value - figuresAt.value > STALE_MS ? 'stale' : 'live'
}

/** One word and the gateway's clock, always in the same place. */
export function LinkState() {
  const state = liveness()
  return (
    <p class={`link-state link-state-${state}`}>
      <span class="lamp" aria-hidden="true" />
      <span>
        {WORDS[state]}
        {state === 'live' && (
          <span class="link-clock"> · {formatClock(figures.value?.time ?? now.value)}</span>
        )}
      </span>
      {/* Without the seconds, which a screen reader would read out one by one. */}
      <span class="unseen" role="status">
        {state === 'live' ? 'Figures are live' : `${WORDS[state]} The figures are old.`}
      </span>
    </p>
  )
}

/** Lies over the page instead of pushing it down; says how far what is shown can be trusted. */
export function LinkBanner() {
  const state = liveness()
  if (state === 'live') return null
  const age =
    figuresAt.value > 0 ? `figures are ${formatAge(now.value - figuresAt.value)} old` : 'no figures yet'
  return (
    <aside class={`link-banner link-banner-${state}`} aria-label="Link to the gateway">
      <p>
        <strong>{troubleWords(state, link.value)}</strong> {age}
      </p>
      {link.value.name !== 'open' && link.value.name !== 'connecting' && (
        <button type="button" class="button button-small" onClick={() => wire.value?.retry()}>
          {nextTry(link.value)}
        </button>
      )}
    </aside>
  )
}

function troubleWords(state: Liveness, at: State): string {
  if (state === 'stale') return 'Connected, but nothing comes:'
  return at.name === 'stopped' ? `${at.loss.reason.replace(/\.$/, '')}:` : 'Reconnecting…'
}

function nextTry(at: State): string {
  const leftMs = at.name === 'waiting' ? at.until - now.value : 0
  return leftMs > 1500 ? `Try now (else in ${formatAge(leftMs)})` : 'Try now'
}
