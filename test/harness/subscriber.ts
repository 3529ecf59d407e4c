// One face for both transports: what a test does with a connection, whatever carries it. Knows no wire format.

import type { Frame } from './frame.ts'

/** How a connection ended: the HTTP status when it never became a stream, the close code on WebSocket. */
export interface End {
  status?: number
  headers?: Record<string, string | string[] | undefined>
  body?: string
  closeCode?: number
}

/** What to connect with (rules W1 and S1). */
export interface ConnectOptions {
  channels?: string | string[]
  since?: string
  history?: number
  token?: string
  sender?: string
  headers?: Record<string, string>
  /** More of the query string, as written. */
  query?: string
}

/** A match by type, by part of a frame, or by a function. */
export type Match = string | Partial<Frame> | ((frame: Frame) => boolean)

export interface Subscriber {
  /** Every frame received, in order. */
  readonly frames: readonly Frame[]
  /** The place to resume from: the last cursor that the stream as a whole was given. */
  readonly lastId: string | null
  /** What `lastId` was when the first `count` frames had arrived. */
  lastIdAfter(count: number): string | null
  /** Settles when the connection is over, whoever ended it, and whenever that is. */
  readonly over: Promise<End>
  /** The same with a deadline, for a test that knows it to end. */
  readonly ended: Promise<End>
  /** The next frame that matches and was not passed over yet; fails when the connection ends first. */
  next(match: Match, deadlineMs?: number): Promise<Frame>
  /** Destroys the socket, as a lost network would. */
  cut(): void
  /** Connects again from `lastId`, with what this connection was opened with. */
  resume(changes?: Partial<ConnectOptions>): Promise<Subscriber>
  /** Stops and starts taking bytes from the socket. */
  pause(): void
  unpause(): void
}

/** Turns a match into a predicate; object matches compare JSON values. */
export function predicate(match: Match): (frame: Frame) => boolean {
  if (typeof match === 'function') return match
  if (typeof match === 'string') return frame => frame.type === match
  const wanted = Object.entries(match).map(([name, value]) => [name, JSON.stringify(value)] as const)
  return frame =>
    wanted.every(
      ([name, value]) => JSON.stringify((frame as unknown as Record<string, unknown>)[name]) === value,
    )
}

/** The query string of both transports. */
export function queryOf(options: ConnectOptions): string {
  const query = new URLSearchParams()
  const channels = options.channels ?? []
  if (channels.length > 0) query.set('channels', [channels].flat().join(','))
  if (options.since !== undefined) query.set('since', options.since)
  if (options.history !== undefined) query.set('history', String(options.history))
  if (options.token !== undefined) query.set('token', options.token)
  if (options.sender !== undefined) query.set('sender', options.sender)
  const text = [query.toString(), options.query].filter(Boolean).join('&')
  return text === '' ? '' : `?${text}`
}
