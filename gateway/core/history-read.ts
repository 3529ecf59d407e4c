// Reads one page of a channel's history for a client: where it starts, whether something is missing (rules C3, C4), and
// its JSON. Knows no HTTP and no WebSocket.

import { formatCursor, parseCursor } from '../../shared/cursor.ts'
import type { Gap } from '../../shared/frames.ts'
import type { ChannelRules } from './channel-rules.ts'
import type { History, HistoryPage } from './history.ts'
import type { Log } from './log.ts'
import { messageJson } from './message-json.ts'
import type { Replayer } from './replayer.ts'

interface Sources {
  readonly history: Pick<History, 'page'>
  readonly log: Pick<Log, 'epoch' | 'head'>
  readonly rules: Pick<ChannelRules, 'of'>
  /** Pages are read in turns, so that many readers do not hold up live traffic. */
  readonly replayer: Pick<Replayer, 'run'>
}

/** What is asked for; cursors as the client gave them. */
export interface HistoryRequest {
  readonly channel: string
  readonly since?: string | undefined
  readonly before?: string | undefined
  /** Milliseconds since 1970: only messages up to that moment. */
  readonly until?: number | undefined
  readonly limit: number
  /** A page of a thousand messages of 64 KiB would otherwise be read at once and wait in memory for one slow reader. */
  readonly maxBytes: number
}

export interface HistoryAnswer {
  readonly page: Pick<HistoryPage, 'epoch' | 'messages' | 'oldest' | 'more'>
  readonly gap: Gap | null
}

/**
 * A cursor that this log cannot have given is answered with a `reset` gap and what is kept: after a `since`, from the
 * oldest message on.
 */
export async function readHistory(
  { history, log, rules, replayer }: Sources,
  { channel, since, before, until, limit, maxBytes }: HistoryRequest,
): Promise<HistoryAnswer> {
  if (rules.of(channel).history === null) {
    const gap = since === undefined ? null : toGap(channel, since, null, 'no_history')
    return { page: { epoch: log.epoch, messages: [], oldest: null, more: false }, gap }
  }
  const sinceSeq = seqOf(since, log)
  const beforeSeq = seqOf(before, log)
  const start = sinceSeq === 'foreign' ? 0 : sinceSeq
  const end = beforeSeq === 'foreign' ? undefined : beforeSeq
  const query = { channel, since: start, before: end, until, limit, maxBytes }
  const page = await replayer.run(() => history.page(query))
  const oldest = page.oldest === null ? null : formatCursor(page.epoch, page.oldest)
  const foreign = sinceSeq === 'foreign' ? since : beforeSeq === 'foreign' ? before : undefined
  if (foreign !== undefined) return { page, gap: toGap(channel, foreign, oldest, 'reset') }
  const expired = since !== undefined && start !== undefined && start < page.trimmed
  return { page, gap: expired ? toGap(channel, since, oldest, 'expired') : null }
}

/** The answer's members as JSON text, without the braces. */
export function historyMembers({ page, gap }: HistoryAnswer): string {
  const texts = page.messages.map(message => messageJson(message, formatCursor(page.epoch, message.seq)))
  const oldest = page.oldest === null ? 'null' : `"${formatCursor(page.epoch, page.oldest)}"`
  const missing = gap === null ? '' : `,"gap":${JSON.stringify(gap)}`
  return `"messages":[${texts.join(',')}],"oldest":${oldest},"more":${page.more}${missing}`
}

function seqOf(cursor: string | undefined, log: Sources['log']): number | 'foreign' | undefined {
  if (cursor === undefined) return undefined
  const position = parseCursor(cursor)
  return position && position.epoch === log.epoch && position.seq <= log.head ? position.seq : 'foreign'
}

function toGap(channel: string, requested: string, oldest: string | null, reason: Gap['reason']): Gap {
  return { type: 'gap', channel, requested, oldest, reason }
}
