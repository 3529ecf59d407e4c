// What the gateway tells of itself: the figures of `/api/stats` and `$stats`, and the happenings of `$events`. Types only.

import type { Code } from './codes.ts'
import type { GapReason, Json } from './frames.ts'
import type { KeptEvent } from './kept-event.ts'

export type Transport = 'websocket' | 'sse'

/** One second's picture. Counters grow since the start; rates are of the last second. */
export interface Stats {
  /** Milliseconds since 1970. */
  time: number
  version: string
  /** `unavailable`: the log cannot be written. */
  state: 'ready' | 'draining' | 'unavailable'
  /** The last thing that went wrong in the gateway itself since its start, and when (milliseconds since 1970). */
  problem?: { message: string; time: number }
  /** What is wrong with the log's storage, and since when (milliseconds since 1970). */
  fault?: { message: string; since: number }
  uptimeMs: number
  connections: { websocket: number; sse: number }
  subscriptions: number
  /** Channels with a subscriber here. */
  activeChannels: number
  published: { total: number; perSecond: number }
  delivered: { total: number; perSecond: number }
  /** 99 of 100 publishes of the last second were committed within; `null` without publishes. */
  publishP99Ms: number | null
  replay: { recovered: number; gaps: number }
  /** Connections ended, by code (`closed`: by the client). */
  disconnects: Partial<Record<Code | 'closed', number>>
  log: {
    epoch: string
    head: number
    messages: number
    bytes: number
    maxBytes: number
    oldestTime: number | null
  }
  memory: { rssBytes: number; heapUsedBytes: number }
  /** The longest the event loop was held in the last second. */
  eventLoopLagMs: number
}

/** One connection, as the API and the dashboard show it. */
export interface ConnectionView {
  id: string
  user?: string
  kind: 'anonymous' | 'client' | 'key' | 'operator'
  /** Of a key or an operator, who are no users. */
  name?: string
  transport: Transport
  address: string
  userAgent?: string
  channels: string[]
  /** When it connected, in milliseconds since 1970. */
  since: number
  /** Messages sent to it. */
  messages: number
  /** Bytes handed to its socket, and those the socket has not taken yet. */
  bytes: number
  pendingBytes: number
  /** Messages of its channels that it was not given yet. */
  behind: number
  /** It reads from the log, because memory no longer reaches back to it: `behind` counts only what is in memory. */
  replaying?: true
  /** From its last heartbeat to the answer; absent before the first one, and on SSE, where nobody answers. */
  roundTripMs?: number
}

/** One channel of a connection. */
export interface SubscriptionView {
  channel: string
  /** The pattern of the rule that applies. */
  rule: string
  /** Messages after this one follow. */
  cursor: string
  behind: number
  replaying?: true
}

/** What a connection may do, and until when; never what it proved that with. */
export interface IdentityView {
  info?: Json
  /** Patterns of channels. Absent where something else than patterns decides. */
  subscribe?: readonly string[]
  publish?: readonly string[]
  /** The application's hook is asked about further channels. */
  asksHook?: true
  /** Of an API key. */
  read?: boolean
  admin?: boolean
  /** Of an operator. */
  role?: 'operator' | 'viewer'
  /** When it ends, in milliseconds since 1970. */
  expires?: number
}

/** One connection, looked at closely. */
export interface ConnectionDetail extends ConnectionView {
  identity: IdentityView
  subscriptions: SubscriptionView[]
  /** Messages published with it do not come back here. */
  sender?: string
}

export type GatewayEvent =
  | { kind: 'connected'; time: number; connection: ConnectionView }
  | {
      kind: 'disconnected'
      time: number
      connection: string
      user?: string
      address?: string
      transport?: Transport
      code: Code | 'closed'
      reason: string
    }
  | { kind: 'subscribed' | 'unsubscribed'; time: number; connection: string; channel: string }
  | {
      /** A connection, a command, a channel asked for at connect, or a request over HTTP. */
      kind: 'refused'
      time: number
      address: string
      transport?: Transport
      connection?: string
      user?: string
      channel?: string
      code: Code
      message: string
    }
  | { kind: 'gap'; time: number; connection: string; channel: string; reason: GapReason }
  | { kind: 'storage'; time: number; state: 'failed' | 'recovered'; message: string }
  | { kind: 'started'; time: number; version: string }
  /** Many of a kind, told once a second as the line that counts them. */
  | { kind: 'counted'; time: number; event: KeptEvent }

/** On `$events`; `id` is that of the line under which it is kept, if it has one of its own. */
export type ToldEvent = GatewayEvent & { readonly id?: number }
