// Notices that a proxy stands in front of a gateway that does not know of it: everybody then has one address. Knows no
// transport.

import type { Connections } from '../core/connections.ts'
import { isLoopback } from './origins.ts'
import type { Visitor } from './visitor.ts'

/** Fewer may be one office, or somebody's test. */
const SUSPICIOUS = 50

export interface ProxyHintOptions {
  readonly connections: Pick<Connections, 'size' | 'countFrom'>
  readonly trustProxy: boolean | readonly string[]
  /** Takes a sentence for the log. */
  readonly warn: (message: string) => void
}

/** Looks at each visitor; tells once when all connections have one address, as if a proxy stood in front. */
export function createProxyHint({
  connections,
  trustProxy,
  warn,
}: ProxyHintOptions): (visitor: Visitor) => void {
  let isDone = trustProxy !== false
  return ({ ip, headers }) => {
    if (isDone || connections.size < SUSPICIOUS || connections.countFrom(ip) < connections.size) return
    // Programs on this machine need no proxy; this header, which browsers never send, is a proxy's work.
    if (isLoopback(ip) && headers['x-forwarded-for'] === undefined) return
    isDone = true
    warn(
      `All ${connections.size} connections come from ${ip}, as if a proxy stood in front: set trustProxy: ["${ip}"], so that limits for an address and the dashboard see your clients' own addresses.`,
    )
  }
}
