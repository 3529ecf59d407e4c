// What stands where an answer would: that it is being read, or why it could not be.

import type { Reading } from '../state/reading.ts'
import { ListLoading } from './list-state.tsx'
import { Notice } from './notice.tsx'

export function ReadingState({ reading }: { reading: Reading<unknown> }) {
  const { answer, problem, reload } = reading
  if (problem === '') return answer === null ? <ListLoading /> : null
  return (
    <Notice kind="bad" title="This could not be read">
      <p>{problem}</p>
      <button type="button" class="button" onClick={reload}>
        Try again
      </button>
    </Notice>
  )
}
