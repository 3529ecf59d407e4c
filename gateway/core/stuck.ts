// Watches a write that the socket does not take: a minute without a single byte ends the connection (rule R3).
// Knows no session.

import type { Link } from './link.ts'
import { startTimer } from './timer.ts'

/** A page that a browser froze, a laptop that slept, a train in a tunnel: most are back by then. */
const STUCK_MS = 60_000
/** Looks in that time; the first two may pass before it is known since when a peer stands still. */
const LOOKS = 12

/**
 * Calls `onStuck` once nothing was taken for `stuckMs`, a sixth more at the most; returns the stop. What is received does not
 * count: a peer may send and read nothing. Taken is what the peer's system acknowledges, for the kernel here has megabytes to
 * send before it takes more, which lasts minutes at 10 KB/s; where nobody tells, it is what the kernel takes.
 */
export function watchStuck(
  link: Pick<Link, 'pendingBytes' | 'taken'>,
  onStuck: () => void,
  stuckMs: number = STUCK_MS,
): () => void {
  const stepMs = stuckMs / LOOKS
  let place = link.pendingBytes()
  let stillSince = performance.now()
  let stop: (() => void) | null = null
  const look = async (): Promise<void> => {
    const taken = await link.taken()
    if (stop === null) return
    const before = place
    place = taken?.bytes ?? link.pendingBytes()
    // By the clock: on a busy machine a look may take its time.
    const now = performance.now()
    if (place !== before) stillSince = now
    if (now - stillSince >= stuckMs) onStuck()
    else stop = startTimer(stepMs, look)
  }
  stop = startTimer(stepMs, look)
  return () => {
    stop?.()
    stop = null
  }
}
