// What stands where an answer would that could not be read: why, and the way to try again.

import { Notice } from './notice.tsx'

interface ReadFaultProps {
  /** What could not be read. */
  what?: string
  problem: string | undefined
  onReload: () => void
}

export function ReadFault({ what = 'The list', problem, onReload }: ReadFaultProps) {
  return (
    <Notice kind="bad" title={`${what} could not be read`}>
      <p>{problem}</p>
      <button type="button" class="button" onClick={onReload}>
        Try again
      </button>
    </Notice>
  )
}
