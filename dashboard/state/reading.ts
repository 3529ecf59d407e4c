// One answer of the API that is read when it is wanted, and again after a reconnect. Knows no pages.

import { useEffect, useState } from 'preact/hooks'
import { linkCount } from './feed.ts'
import { explain, request } from './request.ts'

export interface Reading<Answer> {
  /** Of the last time that it could be read. */
  readonly answer: Answer | null
  /** Why the last try failed; empty when it did not. */
  readonly problem: string
  readonly reload: () => void
}

/** Reads `api/<path>`; an answer stays until the next has come, so that nothing blinks. */
export function useReading<Answer>(path: string): Reading<Answer> {
  const [answer, setAnswer] = useState<Answer | null>(null)
  const [problem, setProblem] = useState('')
  const [tries, setTries] = useState(0)
  const connected = linkCount.value
  useEffect(() => {
    let isWanted = true
    request<Answer>('GET', path).then(
      read => {
        if (!isWanted) return
        setAnswer(read)
        setProblem('')
      },
      error => isWanted && setProblem(explain(error)),
    )
    return () => {
      isWanted = false
    }
  }, [path, connected, tries])
  return { answer, problem, reload: () => setTries(tries + 1) }
}
