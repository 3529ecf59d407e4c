// How fast callers may publish over HTTP. Knows no messages, only how many there are.

import { KeyedRates } from '../access/keyed-rates.ts'
import type { Config } from '../config/config.ts'
import { type Counters, tally } from '../core/counters.ts'
import { limitKey } from '../core/key-rate.ts'
import { networkOf } from '../core/network.ts'
import { publisherScope } from '../core/publisher-scope.ts'
import type { Caller } from './actor.ts'
import type { HttpFailure } from './problem.ts'

/** Takes so many messages from the caller's rate; `rate_limited` when it is used up. */
export type PublishRate = (caller: Caller, messages: number) => HttpFailure | null

export interface PublishRateDeps {
  readonly limits: Pick<Config['limits'], 'commandsPerSecond' | 'publishesPerSecond'>
  readonly counters: Pick<Counters, 'limited'>
}

/**
 * Clients publish no faster than over a WebSocket, where each publish is a command too; backends at the rate that is set
 * on their key, if any; operators have none.
 */
export function createPublishRate({ limits, counters }: PublishRateDeps): PublishRate {
  const { commandsPerSecond, publishesPerSecond } = limits
  const limit = commandsPerSecond < publishesPerSecond ? 'commandsPerSecond' : 'publishesPerSecond'
  const perSecond = limits[limit]
  const rates = new KeyedRates(perSecond)
  return ({ identity, ip }, messages) => {
    if (identity.kind === 'operator') return null
    if (identity.kind === 'key') {
      const limited = limitKey(identity, messages, counters)
      return limited && { ...limited, retryAfterSeconds: limited.waitMs / 1000 }
    }
    const waitMs = rates.take(publisherScope(identity, networkOf(ip)), performance.now(), messages)
    if (waitMs === 0) return null
    tally(counters.limited, limit)
    const retryAfterSeconds = Math.ceil(waitMs / 1000)
    const message = `A client may publish ${perSecond} messages a second (limits.${limit}): try again in ${retryAfterSeconds} s.`
    return { code: 'rate_limited', message, retryAfterSeconds }
  }
}
