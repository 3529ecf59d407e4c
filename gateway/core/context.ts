// What every session shares, put together once by the composition root. Types only.

import type { GatewayEvent } from '../../shared/stats.ts'
import type { AuditTrail } from './audit.ts'
import type { ChannelRules } from './channel-rules.ts'
import type { Clock } from './clock.ts'
import type { Connections } from './connections.ts'
import type { Counters } from './counters.ts'
import type { History } from './history.ts'
import type { Hub } from './hub.ts'
import type { Access } from './identity.ts'
import type { Log } from './log.ts'
import type { Presence } from './presence.ts'
import type { Publisher } from './publisher.ts'
import type { ReplayCache } from './replay-cache.ts'
import type { Replayer } from './replayer.ts'

export interface Context {
  readonly log: Log
  readonly history: History
  readonly hub: Hub
  readonly publisher: Publisher
  readonly presence: Presence
  readonly replayer: Replayer
  readonly replayCache: ReplayCache
  readonly connections: Connections
  readonly access: Access
  readonly rules: ChannelRules
  readonly counters: Counters
  readonly clock: Clock
  /** Takes an error that nobody expected: it is logged, and harms nobody else (rule R6). */
  readonly onFault: (error: unknown) => void
  /** Keeps what people did. */
  readonly audit: Pick<AuditTrail, 'note'>
  /** Tells operators what happened. */
  readonly observe: (event: GatewayEvent) => void
  readonly limits: {
    readonly channelsPerConnection: number
    readonly commandsPerSecond: number
    readonly publishesPerSecond: number
  }
  /** Channels every connection is given. */
  readonly everyone: readonly string[]
  readonly heartbeatMs: number
}
