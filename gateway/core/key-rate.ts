// The rate at which an API key may publish, if one is set on it; the same over HTTP and WebSocket. Knows no transport.

import type { Failure } from '../../shared/codes.ts'
import { type Counters, tally } from './counters.ts'
import type { Identity } from './identity.ts'

export interface KeyRateFailure extends Failure {
  readonly waitMs: number
}

/** Takes so many messages from a key's rate; `rate_limited` when it is used up, null when it is not or there is none. */
export function limitKey(
  identity: Identity,
  messages: number,
  counters: Pick<Counters, 'limited'>,
): KeyRateFailure | null {
  if (identity.kind !== 'key' || identity.publishRate === undefined) return null
  const { name, publishRate } = identity
  const waitMs = publishRate.take(performance.now(), messages)
  if (waitMs === 0) return null
  tally(counters.limited, 'publishPerSecond')
  const message = `The API key "${name}" may publish ${publishRate.perSecond} messages a second (its publishPerSecond): wait ${waitMs} ms, then send it again.`
  return { code: 'rate_limited', message, waitMs }
}
