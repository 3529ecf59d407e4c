// The end of a list that goes back in time: the way to older rows, or that there are none; and what went wrong.

import type { Paged } from '../state/paged.ts'
import { ReadFault } from './read-fault.tsx'

interface OlderProps {
  paged: Paged<unknown>
  onOlder: () => void
  /** Said at the end of the list. */
  end: string
}

export function Older({ paged, onOlder, end }: OlderProps) {
  const { rows, next, state, problem, isReadingOlder } = paged
  if (state !== 'ready') return null
  if (next === undefined) return rows.length > 0 ? <p class="list-end">{end}</p> : null
  return (
    <div class="list-end">
      <button type="button" class="button" aria-busy={isReadingOlder} onClick={onOlder}>
        {isReadingOlder ? 'Looking back…' : 'Show older'}
      </button>
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  )
}

/** Nothing could be read at all. */
export function PagedFault({ paged, onReload }: { paged: Paged<unknown>; onReload: () => void }) {
  if (paged.state !== 'failed') return null
  return <ReadFault problem={paged.problem} onReload={onReload} />
}
