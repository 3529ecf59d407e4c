// The way into the client: `connect` and the types a caller meets. Holds no logic of its own.

import type { ConnectOptions } from './client.ts'
import { Twinwire } from './client.ts'
import { world } from './world.ts'

export type {
  HistoryOptions,
  HistoryPage,
  Presence,
  PublishOptions,
  PublishResult,
} from './calls.ts'
export type { ChannelEvents } from './channel.ts'
export type { ConnectOptions, Twinwire } from './client.ts'
export type { Backoff, Loss, State } from './connection-state.ts'
export type { ClientEvents, Problem } from './events.ts'
export { TwinwireError } from './failure.ts'
export type { Handler, Received, SubscribeOptions } from './subscription.ts'

/**
 * Connects to a gateway and stays connected until `close()` or a final refusal.
 *
 * @param url the gateway's base URL, sub-path included: `https://example.com/realtime`; in a page also `/realtime`
 */
export function connect(url: string | URL, options: ConnectOptions = {}): Twinwire {
  return new Twinwire(new URL(url, world.location?.href), options)
}

/** Parts that the entry for all tabs (shared.ts) takes from here, so that a page loads them once. Not for callers. */
export { Calls } from './calls.ts'
export { lossOfPast, readPast } from './catch-up.ts'
export { Channel } from './channel.ts'
export { call, Listeners } from './events.ts'
export { callByHttp } from './http-calls.ts'
export { Tokens } from './tokens.ts'
export { watchWorld } from './wake.ts'
export { world } from './world.ts'
