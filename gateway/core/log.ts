// The log as the rest of the gateway sees it: one ordered sequence of messages. Types only; knows no storage.
//
// Everything is awaited: nothing here may assume that reads are synchronous, or that this process is the only
// writer. `follow` is the one source from which live delivery learns what was committed.

import type { Failure } from '../../shared/codes.ts'
import type { Publication } from './publication.ts'

/** A message with its place in the log. */
export interface Message {
  readonly seq: number
  readonly channel: string
  /** Milliseconds since 1970, never running backwards along `seq`. */
  readonly time: number
  /** JSON text. */
  readonly data: string
  readonly event?: string | undefined
  readonly user?: string | undefined
  readonly sender?: string | undefined
  /** When the message's own ttl runs out, in milliseconds since 1970. */
  readonly expires?: number | undefined
}

/** One publication on its way into the log. `stored: false` (channels without history) only claims its idempotency key. */
export interface Entry extends Publication {
  readonly stored: boolean
}

/** The place an entry got, or, for a duplicate, the place the first one has. `seq` is null for entries that are not stored. */
export interface Appended {
  readonly seq: number | null
  readonly duplicate: boolean
}

/** One request's entries stand or fall together; a group that could not be written says why. */
export type GroupOutcome =
  | { readonly ok: true; readonly entries: readonly Appended[] }
  | { readonly ok: false; readonly error: Error }

/** Where a reader stands in one channel: after a seq, or before the newest `newest` messages kept (0: at the head). */
export type From =
  | { readonly channel: string; readonly after: number }
  | { readonly channel: string; readonly newest: number }

/** What one channel looks like in the snapshot a page was read from. */
export interface ChannelView {
  readonly channel: string
  /** Where the reader stood: as asked, or resolved from `newest` (then never below `trimmed`). */
  readonly after: number
  /** Messages up to this seq may be gone: a reader that stood before it has a gap. */
  readonly trimmed: number
  /** The oldest message kept, or null. Filled if `after < trimmed`, `after` is 0, or the reader asked for the `newest`. */
  readonly oldest: number | null
}

/** One page of a merged read, from one snapshot. */
export interface Page {
  readonly epoch: string
  /** The newest seq of the whole log in this snapshot. */
  readonly head: number
  /** In the order asked. */
  readonly channels: readonly ChannelView[]
  /** All channels merged by seq; expired ones left out. */
  readonly messages: readonly Message[]
  /** The page holds every message of these channels up to this seq; equal to `head` when nothing follows. */
  readonly through: number
}

/** What left the log before its time: one message, or all of a channel up to a seq. */
export type Removal = { readonly channel: string } & ({ readonly seq: number } | { readonly through: number })

/** Called synchronously after each commit, in the order of the log. Must not throw. */
export interface Follower {
  /** `head` is the log's newest seq after these messages. */
  appended(messages: readonly Message[], head: number): void
  /** Purges and single deletes only; retention does not call this. */
  removed(removal: Removal): void
}

/** What reads and writes reject with when the storage fails (disk full, I/O error, damage); anything else is a bug. */
export interface StorageFailure extends Error {
  readonly name: 'StorageFailure'
  /** For clients: `unavailable`, and a sentence. Operators are told by the log itself, once. */
  readonly failure: Failure
}

export interface Log {
  readonly epoch: string
  /** The newest seq ever given, 0 in a new log; trimming never lowers it. */
  readonly head: number
  /**
   * Commits all groups in one transaction and answers in the same order. A group that cannot be written fails alone;
   * rejects when none can (disk full, I/O error).
   */
  append(groups: readonly (readonly Entry[])[]): Promise<readonly GroupOutcome[]>
  /** Reads at most `limit` messages (and about `maxBytes` of data, but at least one message), merged by seq, from one snapshot. */
  read(from: readonly From[], limit: number, maxBytes: number): Promise<Page>
  /** Starts following; returns the stop. */
  follow(follower: Follower): () => void
}
