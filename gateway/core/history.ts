// History: the retained, queryable part of the log, as the API and operators see it. Types only.

import type { Message } from './log.ts'

/** Bounds are exclusive seqs; with neither, the newest `limit`. */
export interface HistoryQuery {
  readonly channel: string
  readonly since?: number | undefined
  readonly before?: number | undefined
  /** Milliseconds since 1970: only messages up to that moment. */
  readonly until?: number | undefined
  readonly limit: number
  /** Bytes of content a page may have, but for its first message; without it, no bound. */
  readonly maxBytes?: number | undefined
}

export interface HistoryPage {
  readonly epoch: string
  /** The newest seq of the whole log in this snapshot. */
  readonly head: number
  /** Oldest first. */
  readonly messages: readonly Message[]
  /** The oldest message kept in the channel, or null. */
  readonly oldest: number | null
  /** Messages up to this seq may be gone: a `since` before it has a gap. */
  readonly trimmed: number
  /** Whether the channel has more messages beyond this page in the direction read (newer after `since`, else older). */
  readonly more: boolean
}

export interface StoredChannel {
  readonly name: string
  readonly messages: number
  readonly bytes: number
  /** Newest message's time in milliseconds, when one is kept. */
  readonly last?: number | undefined
}

export interface LogFigures {
  readonly epoch: string
  readonly head: number
  readonly messages: number
  /** Bytes of message content kept, the figure that `log.maxBytes` bounds. */
  readonly bytes: number
  readonly oldestTime?: number | undefined
}

export interface History {
  page(query: HistoryQuery): Promise<HistoryPage>
  /** Stored channels by name, exclusive of `after`. */
  channels(query: { prefix: string; after: string; limit: number }): Promise<readonly StoredChannel[]>
  channel(name: string): Promise<StoredChannel | null>
  /** Removes everything a channel holds; older cursors get a gap. */
  purge(channel: string): Promise<void>
  /** Removes one message without a gap; false when there is none. */
  remove(channel: string, seq: number): Promise<boolean>
  figures(): Promise<LogFigures>
}

/** How long a channel's messages are kept (rule N4). `null`: the channel has no history. */
export type Retention = {
  readonly messages: number
  readonly ageMs: number
  readonly bytes?: number | undefined
} | null
