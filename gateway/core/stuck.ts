// Watches a write that the socket does not take: a minute without a single byte ends the connection (rule R3).
// Knows no session.

import type { Link } from './link.ts'
import { startTimer } from './timer.ts'

/** A page that a browser froze, a laptop that slept, a train in a tunnel: most are back by then. */
const STUCK_MS = 60_000
/** Looks in that time; the first two may pass before it is known since when a peer stands still. */
const LOOKS = 12

/**
 * Calls `onStuck` once nothing was received or taken for `stuckMs`, a sixth more at the most; returns the stop. The kernel
 * here takes nothing for minutes from a peer at 10 KB/s, while it has megabytes of its own for it: then counts what the
 * peer's system takes.
 */
export function watchStuck(
  link: Pick<Link, 'progress' | 'taken'>,
  onStuck: () => void,
  stuckMs: number = STUCK_MS,
): () => void {
  const stepMs = stuckMs / LOOKS
  let progress = link.progress()
  let takenBytes: number | null = null
  let stillSince = performance.now()
  let stop: (() => void) | null = null
  const look = async (): Promise<void> => {
    const before = progress
    progress = link.progress()
    const taken = progress === before ? await link.taken() : null
    if (stop === null) return
    const hasMoved = progress !== before || (taken !== null && taken.bytes > (takenBytes ?? -1))
    takenBytes = taken?.bytes ?? null
    // By the clock: on a busy machine a look may take its time.
    const now = performance.now()
    if (hasMoved) stillSince = now
    if (now - stillSince >= stuckMs) onStuck()
    else stop = startTimer(stepMs, look)
  }
  stop = startTimer(stepMs, look)
  return () => {
    stop?.()
    stop = null
  }
}
