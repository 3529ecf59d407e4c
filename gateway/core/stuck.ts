// Watches a write that the socket does not take: a minute without a single byte ends the connection (rule R3).
// Knows no session.

import type { Link } from './link.ts'
import { startTimer } from './timer.ts'

const STUCK_MS = 60_000

/** Calls `onStuck` once nothing was taken or received for a minute; returns the stop. */
export function watchStuck(link: Pick<Link, 'progress'>, onStuck: () => void): () => void {
  let progress = link.progress()
  let stop = (): void => {}
  const look = (): void => {
    const now = link.progress()
    if (now === progress) {
      onStuck()
      return
    }
    progress = now
    stop = startTimer(STUCK_MS, look)
  }
  stop = startTimer(STUCK_MS, look)
  return () => stop()
}
