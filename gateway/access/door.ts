// Whether one more connection is taken, before anybody looks at who comes: lists and limits of addresses, room, a drain.
// Knows no transport.

import type { Failure } from '../../shared/codes.ts'
import type { Config } from '../config/config.ts'
import type { Connections } from '../core/connections.ts'
import { type Counters, tally } from '../core/counters.ts'
import type { Farewell } from '../core/goodbye.ts'
import { AddressLimits } from './address-limits.ts'
import { createAddressCheck } from './address-lists.ts'
import { createProxyHint } from './proxy-hint.ts'
import type { Visitor } from './visitor.ts'

export interface Door {
  /** Why an address may not have connections at all; that is final. */
  bars(visitor: Visitor): Failure | null
  /** Why no connection from an address is taken now, and when to come back. */
  turnAway(visitor: Visitor): Farewell | null
  /** Why there is no room; asked again when it is known who comes, because finding out can take seconds. */
  noRoom(visitor: Visitor): Farewell | null
}

export interface DoorParts {
  readonly config: Pick<Config, 'limits' | 'access' | 'trustProxy'>
  readonly connections: Connections
  readonly counters: Counters
  /** Why nobody is taken while the gateway drains; null when it does not. */
  readonly inDrain: () => Farewell | null
  readonly random: () => number
  readonly warn: (message: string) => void
}

/** How long connections that found the gateway full stay away. */
const FULL_AFTER_MS = 5000

export function createDoor({ config, connections, counters, inDrain, random, warn }: DoorParts): Door {
  const { limits, access, trustProxy } = config
  const addresses = new AddressLimits(limits, counters)
  const checkAddress = createAddressCheck(access.streams, 'access.streams')
  const hint = createProxyHint({ connections, trustProxy, warn })
  const whenFull = (): Farewell | null => {
    if (connections.size < limits.connections) return null
    tally(counters.limited, 'connections')
    const message = `The gateway holds ${limits.connections} connections, its limit: come back in a while, or raise limits.connections.`
    return { code: 'unavailable', message, afterMs: FULL_AFTER_MS * (1 + random()) }
  }
  return {
    bars: ({ ip }) => checkAddress(ip),
    turnAway(visitor) {
      hint(visitor)
      const { ip } = visitor
      return inDrain() ?? whenFull() ?? addresses.turnAway(ip, connections.countFrom(ip), performance.now())
    },
    noRoom({ ip }) {
      return inDrain() ?? whenFull() ?? addresses.whenCrowded(ip, connections.countFrom(ip))
    },
  }
}
