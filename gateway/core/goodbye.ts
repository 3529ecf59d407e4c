// The last frame of a connection, and its end when there never was a session. Pure but for the link it is given.

import { CODES, type Failure } from '../../shared/codes.ts'
import type { Goodbye } from '../../shared/frames.ts'
import type { Context } from './context.ts'
import { tally } from './counters.ts'
import type { Link } from './link.ts'

/** Why a connection ends, and when to come back. */
export interface Farewell extends Failure {
  readonly afterMs?: number | undefined
}

/** Writes a `goodbye`; its code says whether to reconnect (protocol §3). */
export function goodbyeFrame({ code, message, afterMs }: Farewell): Goodbye {
  const { reconnect } = CODES[code]
  const after = afterMs === undefined ? {} : { after: Math.round(afterMs) }
  return { type: 'goodbye', code, reason: message, reconnect, ...after }
}

/** Turns a connection away before it has a session. */
export function sayGoodbye(
  link: Link,
  farewell: Farewell,
  { counters, observe, clock }: Pick<Context, 'counters' | 'observe' | 'clock'>,
): void {
  const { code, message } = farewell
  tally(counters.refused, code)
  const { address, transport } = link
  observe({ kind: 'refused', time: clock(), address, transport, code, message })
  link.write(link.encoder.frame(goodbyeFrame(farewell)))
  link.end(code, message)
}
