// One attempt at a connection, whatever carries it. Types, and the URL both transports share.

import type { Command, ServerFrame } from '../../shared/frames.ts'
import type { Transport } from '../../shared/stats.ts'
import type { Loss } from './connection-state.ts'

/** What a connection asks for while it opens. */
export interface Opening {
  readonly url: URL
  readonly token: string | undefined
  readonly channels: readonly string[]
  readonly since: string | undefined
  readonly history: number | undefined
  /** The client's own id: what is published with it does not come back (rule H4). */
  readonly sender: string | undefined
}

/** SSE only (rule S4): tells that the stream lives; the id is the connection's cursor, when it moved. */
export interface Heartbeat {
  type: 'heartbeat'
  id?: string
}

/** Neither is called after `close()`: what a link still brings then is for nobody. */
export interface LinkEvents {
  onFrame(frame: ServerFrame | Heartbeat): void
  /** Called at most once, and last. */
  onLost(loss: Loss): void
}

export interface Link {
  readonly transport: Transport
  /** Sends a command; SSE cannot (rule S7). */
  send(command: Command): void
  close(): void
}

/** The address of a transport, with what the opening asks for in its query (rules W1, S1). */
export function endpoint({ url, channels, since, history, sender }: Opening, path: 'ws' | 'sse'): URL {
  const target = new URL(url)
  target.pathname = `${target.pathname.replace(/\/+$/, '')}/${path}`
  if (channels.length > 0) target.searchParams.set('channels', channels.join(','))
  if (since !== undefined) target.searchParams.set('since', since)
  if (history !== undefined) target.searchParams.set('history', String(history))
  if (sender !== undefined) target.searchParams.set('sender', sender)
  return target
}
