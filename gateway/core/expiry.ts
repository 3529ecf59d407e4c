// When an identity ends: a warning before, the goodbye at the end, and a new start when it is renewed. Knows no token.

import type { Code } from '../../shared/codes.ts'
import type { Expiring } from '../../shared/frames.ts'
import type { Clock } from './clock.ts'
import type { Identity } from './identity.ts'

/** How long before the end a client is told (protocol §3, `expiring`). */
const WARNING_MS = 60_000
/** Longer timers overflow in Node and would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** Whose identity is watched. */
export interface Holder {
  send(frame: Expiring): void
  close(code: Code, reason: string): void
}

/** Watches a session's identity; returns the stop. */
export function watchExpiry(session: Holder, identity: Identity, clock: Clock): () => void {
  const expires = 'expires' in identity ? identity.expires : undefined
  if (expires === undefined) return () => {}
  let timer: NodeJS.Timeout
  const at = (time: number, act: () => void): void => {
    const delay = Math.max(0, time - clock())
    timer = setTimeout(() => (delay > MAX_TIMER_MS ? at(time, act) : act()), Math.min(delay, MAX_TIMER_MS))
    timer.unref()
  }
  const end = (): void =>
    session.close('unauthorized', 'The token has expired: connect again with a new one.')
  const warn = (): void => {
    session.send({ type: 'expiring', at: Math.round(expires) })
    at(expires, end)
  }
  at(expires - WARNING_MS, warn)
  return () => clearTimeout(timer)
}
