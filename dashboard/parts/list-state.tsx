// What stands where a list would: loading, failed, or how fresh it is.

import { formatClock } from '../format.ts'
import { Notice } from './notice.tsx'

/** How the reading of a list stands. */
export interface Reading {
  readonly name: 'loading' | 'failed' | 'ready'
  readonly at?: number
  readonly problem?: string
}

/** When the figures of a list were read, and the way to read them again. */
export function Freshness({ snapshot, onReload }: { snapshot: Reading; onReload: () => void }) {
  return (
    <p class="freshness">
      <span>{freshnessWords(snapshot)}</span>
      <button type="button" class="button button-small" onClick={onReload}>
        Refresh
      </button>
    </p>
  )
}

function freshnessWords(snapshot: Reading): string {
  if (snapshot.name === 'ready') return `Figures of ${formatClock(snapshot.at ?? 0)}`
  return snapshot.name === 'loading' ? 'Reading…' : 'Could not be read'
}

export function ListFault({ snapshot, onReload }: { snapshot: Reading; onReload: () => void }) {
  if (snapshot.name !== 'failed') return null
  return (
    <Notice kind="bad" title="The list could not be read">
      <p>{snapshot.problem}</p>
      <button type="button" class="button" onClick={onReload}>
        Try again
      </button>
    </Notice>
  )
}

export function ListLoading() {
  return (
    <div class="skeleton" role="status" aria-label="Loading the list">
      {[0, 1, 2, 3, 4, 5].map(row => (
        <i key={row} />
      ))}
    </div>
  )
}
