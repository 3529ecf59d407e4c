// A filter for all up to a moment: the newest of it come first, so it leads back in time.

import { useId } from 'preact/hooks'
import { formatFieldTime } from '../format.ts'

interface MomentFilterProps {
  /** Milliseconds since 1970; nothing: now. */
  until: string | undefined
  onSet: (until: string) => void
}

export function MomentFilter({ until = '', onSet }: MomentFilterProps) {
  const id = useId()
  return (
    <div class={until === '' ? 'filter' : 'filter filter-set'}>
      <label for={id}>Up to</label>
      <input
        id={id}
        type="datetime-local"
        step={1}
        value={until === '' ? '' : formatFieldTime(Number(until))}
        onChange={event => {
          const time = Date.parse(event.currentTarget.value)
          // All of that second.
          onSet(time ? String(time + 999) : '')
        }}
      />
    </div>
  )
}
