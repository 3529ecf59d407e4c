// The way into the client: `connect` and the types a caller meets. Holds no logic of its own.

import type { ConnectOptions } from './client.ts'
import { Twinwire } from './client.ts'

export type { ConnectOptions, Twinwire } from './client.ts'
export type { Backoff, Loss, State } from './connection-state.ts'
export type { ClientEvents, Problem } from './events.ts'
export type { Handler, Received, SubscribeOptions } from './subscription.ts'

/**
 * Connects to a gateway and stays connected until `close()` or a final refusal.
 *
 * @param url the gateway's absolute base URL, sub-path included: `https://example.com/realtime`
 */
export function connect(url: string | URL, options: ConnectOptions = {}): Twinwire {
  return new Twinwire(new URL(url), options)
}
