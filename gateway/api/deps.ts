// What the HTTP API is given by the composition root. Types only.

import type { Stats } from '../../shared/stats.ts'
import type { AddressCheck } from '../access/address-lists.ts'
import type { ApiKeys } from '../access/api-keys.ts'
import type { Explain } from '../access/explain.ts'
import type { Identify } from '../access/identify.ts'
import type { InspectToken } from '../access/inspect-token.ts'
import type { Operators } from '../access/operators.ts'
import type { Origins } from '../access/origins.ts'
import type { Config } from '../config/config.ts'
import type { Running } from '../config/running.ts'
import type { AuditTrail } from '../core/audit.ts'
import type { ChannelDirectory } from '../core/channel-directory.ts'
import type { ChannelRules } from '../core/channel-rules.ts'
import type { Connections } from '../core/connections.ts'
import type { Counters } from '../core/counters.ts'
import type { EventStore } from '../core/event-store.ts'
import type { FigurePoint, FigureStepMs } from '../core/figure-store.ts'
import type { History } from '../core/history.ts'
import type { Hub } from '../core/hub.ts'
import type { Access } from '../core/identity.ts'
import type { Log } from '../core/log.ts'
import type { Presence } from '../core/presence.ts'
import type { Replayer } from '../core/replayer.ts'
import type { Publish } from './publish-call.ts'

export interface ApiDeps {
  /** Shown in the OpenAPI document. */
  readonly version: string
  readonly publish: Publish
  readonly connections: Pick<Connections, 'find' | 'get' | 'disconnect' | 'disconnectUser' | 'closeEnded'>
  readonly hub: Pick<Hub, 'listChannels'>
  readonly channels: Pick<ChannelDirectory, 'figuresOf' | 'search'>
  readonly rules: Pick<ChannelRules, 'of' | 'all' | 'indexOf'>
  /** Channels that every connection is given. */
  readonly everyone: readonly string[]
  readonly history: History
  readonly presence: Pick<Presence, 'read'>
  readonly replayer: Pick<Replayer, 'run'>
  readonly log: Pick<Log, 'epoch' | 'head' | 'follow'>
  readonly access: Access
  readonly identify: Identify
  /** Lets go of what the application's hook said about a user before. */
  forgetUser(user: string): void
  readonly explain: Explain
  readonly inspectToken: InspectToken
  readonly operators: Pick<Operators, 'login' | 'session' | 'logout' | 'logoutEverywhere' | 'hasAccount'>
  readonly apiKeys: Pick<ApiKeys, 'list' | 'create' | 'revoke'>
  readonly audit: AuditTrail
  readonly events: Pick<EventStore, 'read'>
  /** The configuration as it runs, without its secrets. */
  readonly running: Running
  readonly sqliteVersion: string
  readonly origins: Origins
  /** Whether an address may use the API at all. */
  readonly checkAddress: AddressCheck
  readonly limits: Pick<Config['limits'], 'bodyBytes'>
  readonly counters: Pick<Counters, 'limited'>
  /** The session's cookie is `Secure` when this is https. */
  readonly publicUrl?: string | undefined
  stats(): Promise<Stats>
  /** The figures from a time on (ms since 1970), oldest first. */
  readFigures(stepMs: FigureStepMs, from: number): FigurePoint[]
  /** The figures in Prometheus' text format. */
  metrics(): Promise<string>
  state(): Stats['state']
}
