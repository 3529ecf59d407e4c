// When an identity ends: a warning before, the goodbye at the end, and a new start when it is renewed. Knows no token.

import type { Code } from '../../shared/codes.ts'
import type { Expiring } from '../../shared/frames.ts'
import type { Clock } from './clock.ts'
import type { Identity } from './identity.ts'
import { whyEnded } from './identity-end.ts'
import { startTimer } from './timer.ts'

/** How long before the end a client is told (protocol §3, `expiring`). */
const WARNING_MS = 60_000
/** How soon the end of a session is noticed that was used after the connection began. */
const LOOK_EVERY_MS = 60_000

/** Whose identity is watched. */
export interface Holder {
  send(frame: Expiring): void
  close(code: Code, reason: string): void
}

/** One for all whose identity has no end, which is most: closures of their own would be a hundred bytes for each. */
function doNothing(): void {}

/** Watches a session's identity; returns the stop. */
export function watchExpiry(holder: Holder, identity: Identity, clock: Clock): () => void {
  const expires = 'expires' in identity ? identity.expires : undefined
  if (expires === undefined) return doNothing
  if (identity.kind === 'operator') return watchSession(holder, identity, expires - clock())
  let stop = (): void => {}
  // What an authority granted is renewed by coming back: it is asked again, and the client has nothing to bring.
  if (identity.kind === 'client' && identity.authority) {
    const leave = (): void =>
      holder.close('timeout', 'The grants have ended: reconnect with the last id received.')
    return startTimer(expires - clock(), leave)
  }
  const end = (): void => holder.close('unauthorized', 'The token has expired: connect again with a new one.')
  const warn = (): void => {
    holder.send({ type: 'expiring', at: Math.round(expires) })
    stop = startTimer(expires - clock(), end)
  }
  stop = startTimer(expires - WARNING_MS - clock(), warn)
  return () => stop()
}

/** An operator's session moves on with each use: at the end that was known at the connect it may have hours left. */
function watchSession(holder: Holder, identity: Identity, lifeMs: number): () => void {
  let stop = (): void => {}
  const look = (): void => {
    const ended = whyEnded(identity)
    if (ended === null) stop = startTimer(LOOK_EVERY_MS, look)
    else holder.close('unauthorized', ended)
  }
  stop = startTimer(lifeMs, look)
  return () => stop()
}
