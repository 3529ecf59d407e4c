// What stands where a list would: loading, failed, or how fresh it is.

import { formatClock } from '../format.ts'
import { ReadFault } from './read-fault.tsx'

/** How the reading of a list stands. */
export interface Reading {
  readonly name: 'loading' | 'failed' | 'ready'
  readonly at?: number
  readonly problem?: string
}

/** When the rows of a list were read, with what can be done about it. At the end of the page's head. */
export function Freshness(props: { snapshot: Reading; pause?: Pause; onReload: () => void }) {
  const { snapshot, pause, onReload } = props
  return (
    <>
      <span class="freshness">{freshnessWords(snapshot, pause?.isPaused === true)}</span>
      {pause && <PauseButton {...pause} />}
      <button type="button" class="button button-small" onClick={onReload}>
        Refresh
      </button>
    </>
  )
}

interface Pause {
  isPaused: boolean
  onPause: (isPaused: boolean) => void
}

/** Rows that move while one aims at them can be held. */
export function PauseButton({ isPaused, onPause }: Pause) {
  return (
    <button
      type="button"
      class="button button-small"
      aria-pressed={isPaused}
      onClick={() => onPause(!isPaused)}
    >
      {isPaused ? 'Resume' : 'Pause'}
    </button>
  )
}

function freshnessWords({ name, at }: Reading, isPaused: boolean): string {
  if (name === 'loading') return 'Reading…'
  if (name === 'failed') return 'Could not be read'
  return `${isPaused ? 'As it was at' : 'Read at'} ${formatClock(at ?? 0)}`
}

export function ListFault({ snapshot, onReload }: { snapshot: Reading; onReload: () => void }) {
  if (snapshot.name !== 'failed') return null
  return <ReadFault problem={snapshot.problem} onReload={onReload} />
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
