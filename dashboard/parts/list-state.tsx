// What stands where a list would: loading, failed, or how fresh it is.

import { formatClock } from '../format.ts'
import type { Snapshot } from '../state/snapshot.ts'
import { Notice } from './notice.tsx'

/** When the figures of a list were read, and the way to read them again. */
export function Freshness({ snapshot, onReload }: { snapshot: Snapshot<unknown>; onReload: () => void }) {
  return (
    <p class="freshness">
      <span>{freshnessWords(snapshot)}</span>
      <button type="button" class="button button-small" onClick={onReload}>
        Refresh
      </button>
    </p>
  )
}

function freshnessWords(snapshot: Snapshot<unknown>): string {
  if (snapshot.name === 'ready') return `Figures of ${formatClock(snapshot.at)}`
  return snapshot.name === 'loading' ? 'Reading…' : 'Could not be read'
}

export function ListFault({ snapshot, onReload }: { snapshot: Snapshot<unknown>; onReload: () => void }) {
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
