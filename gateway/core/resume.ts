// Where a subscription begins, and what it is told first: `subscribed`, and a gap if something is missing. Pure; knows no session.

import { formatCursor, parseCursor } from '../../shared/cursor.ts'
import type { Gap, GapReason, Subscribed } from '../../shared/frames.ts'
import type { ChannelView, From } from './log.ts'

/** What a client asked for: a cursor wins over `history`, which then only limits what follows a `reset` (rule W1). */
export interface ResumeRequest {
  readonly since?: string | undefined
  readonly history?: number | undefined
}

export interface Start {
  readonly from: From
  /** The cursor names no place in this log (rule C3). */
  readonly isReset: boolean
}

/** A rewind goes no further back: finding the place costs a step for each message. */
const MAX_REWIND = 10_000

/** Where reading begins in a channel with history. */
export function startOf(
  channel: string,
  request: ResumeRequest,
  log: { epoch: string; head: number },
): Start {
  if (request.since !== undefined) {
    const position = parseCursor(request.since)
    if (position && position.epoch === log.epoch && position.seq <= log.head) {
      return { from: { channel, after: position.seq }, isReset: false }
    }
  }
  const isReset = request.since !== undefined
  if (request.history !== undefined) {
    return { from: { channel, newest: Math.min(request.history, MAX_REWIND) }, isReset }
  }
  return { from: isReset ? { channel, after: 0 } : { channel, newest: 0 }, isReset }
}

/** What the subscriber of a channel with history hears first, given what the log says of the channel. */
export function openingOf(
  view: ChannelView,
  request: ResumeRequest,
  isReset: boolean,
  epoch: string,
): { subscribed: Subscribed; gap: Gap | null } {
  const { channel, after, trimmed } = view
  const subscribed: Subscribed = {
    type: 'subscribed',
    channel,
    cursor: formatCursor(epoch, Math.max(after, trimmed)),
  }
  if (request.since === undefined) return { subscribed, gap: null }
  const isMissing = isReset || after < trimmed
  subscribed.recovered = !isMissing
  if (!isMissing) return { subscribed, gap: null }
  return { subscribed, gap: gapOf(view, isReset ? 'reset' : 'expired', request.since, epoch) }
}

/** The opening of a channel without history: it has nothing to give back (rule C4). */
export function unstoredOpening(
  channel: string,
  request: ResumeRequest,
  head: string,
): { subscribed: Subscribed; gap: Gap | null } {
  const subscribed: Subscribed = { type: 'subscribed', channel, cursor: head }
  if (request.since === undefined) return { subscribed, gap: null }
  subscribed.recovered = false
  return {
    subscribed,
    gap: { type: 'gap', channel, requested: request.since, oldest: null, reason: 'no_history' },
  }
}

/** A gap before what the log still has of a channel. */
export function gapOf(view: ChannelView, reason: GapReason, requested: string | null, epoch: string): Gap {
  const oldest = view.oldest === null ? null : formatCursor(epoch, view.oldest)
  return { type: 'gap', channel: view.channel, requested, oldest, reason }
}
