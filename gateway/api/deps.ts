// What the HTTP API is given by the composition root. Types only; names no implementation.

import type { Failure } from '../../shared/codes.ts'
import type { ConnectionView, Stats, Transport } from '../../shared/stats.ts'
import type { Identify } from '../access/identify.ts'
import type { Operators } from '../access/operators.ts'
import type { Origins } from '../access/origins.ts'
import type { Config } from '../config/config.ts'
import type { ChannelRules } from '../core/channel-rules.ts'
import type { History } from '../core/history.ts'
import type { Access } from '../core/identity.ts'
import type { Log } from '../core/log.ts'
import type { Publication, Published } from '../core/publication.ts'

export interface ApiDeps {
  /** Shown in the OpenAPI document. */
  readonly version: string
  readonly publisher: Publishing
  readonly connections: ConnectionList
  readonly rules: Pick<ChannelRules, 'of'>
  readonly history: History
  readonly log: Pick<Log, 'epoch' | 'head' | 'follow'>
  readonly access: Access
  readonly operators: Pick<Operators, 'login' | 'session' | 'logout'>
  readonly origins: Origins
  readonly identify: Identify
  readonly limits: Pick<Config['limits'], 'bodyBytes'>
  readonly publicUrl?: string | undefined
  /** Live subscriptions of a channel on this node. */
  subscribers(channel: string): number
  /** Channels with a subscriber here, by name, exclusive of `after`. */
  activeChannels(prefix: string, after: string, limit: number): readonly ActiveChannel[]
  stats(): Promise<Stats>
  state(): Stats['state']
}

export interface Publishing {
  /** The result of each publication in order, or one failure for all when the log cannot be written. */
  publish(group: readonly Publication[]): Promise<readonly (Published | Failure)[] | Failure>
}

export interface ActiveChannel {
  readonly name: string
  readonly subscribers: number
}

export interface ConnectionList {
  list(query: ConnectionQuery): readonly ConnectionView[]
  get(id: string): ConnectionView | null
  disconnect(id: string, reason: string): boolean
  disconnectUser(user: string, reason: string): number
}

/** `after` is the id of the last connection already seen. */
export interface ConnectionQuery {
  readonly channel?: string | undefined
  readonly user?: string | undefined
  readonly transport?: Transport | undefined
  readonly after?: string | undefined
  readonly limit: number
}
