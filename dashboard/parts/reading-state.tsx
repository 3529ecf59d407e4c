// What stands where an answer would: that it is being read, or why it could not be.

import type { Reading } from '../state/reading.ts'
import { ListLoading } from './list-state.tsx'
import { ReadFault } from './read-fault.tsx'

export function ReadingState({ reading }: { reading: Reading<unknown> }) {
  const { answer, problem, reload } = reading
  if (problem === '') return answer === null ? <ListLoading /> : null
  return <ReadFault what="This" problem={problem} onReload={reload} />
}
