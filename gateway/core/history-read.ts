// Reads one page of a channel's history for a client: where it starts, whether something is missing (rules C3, C4), and
// its JSON. Knows no HTTP and no WebSocket.

import { formatCursor, parseCursor } from '../../shared/cursor.ts'
import type { Gap } from '../../shared/frames.ts'
import type { ChannelRules } from './channel-rules.ts'
import type { History, HistoryPage } from './history.ts'
import type { Log } from './log.ts'
import { messageJson } from './message-json.ts'

interface Sources {
  readonly history: Pick<History, 'page'>
  readonly log: Pick<Log, 'epoch' | 'head'>
  readonly rules: Pick<ChannelRules, 'of'>
}

/** What is asked for; cursors as the client gave them. */
export interface HistoryRequest {
  readonly channel: string
  readonly since?: string | undefined
  readonly before?: string | undefined
  readonly limit: number
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
  { history, log, rules }: Sources,
  { channel, since, before, limit }: HistoryRequest,
): Promise<HistoryAnswer> {
  if (rules.of(channel).history === null) {
    const gap = since === undefined ? null : toGap(channel, since, null, 'no_history')
    return { page: { epoch: log.epoch, messages: [], oldest: null, more: false }, gap }
  }
  const sinceSeq = seqOf(since, log)
  const beforeSeq = seqOf(before, log)
  const start = sinceSeq === 'foreign' ? 0 : sinceSeq
  const end = beforeSeq === 'foreign' ? undefined : beforeSeq
  const page = await history.page({ channel, since: start, before: end, limit })
  const oldest = page.oldest === null ? null : formatCursor(page.epoch, page.oldest)
  const foreign = sinceSeq === 'foreign' ? since : beforeSeq === 'foreign' ? before : undefined
  if (foreign !== undefined) return { page, gap: toGap(channel, foreign, oldest, 'reset') }
  const expired = since !== undefined && start !== undefined && start < page.trimmed
  return { page, gap: expired ? toGap(channel, since, oldest, 'expired') : null }
}

/**
 * The answer's members as JSON text, without the braces. A page over `maxLength` characters is cut: a thousand messages
 * of 64 KiB would otherwise wait in memory for one slow reader. `newestFirst` says which end is kept.
 */
export function historyMembers(
  { page, gap }: HistoryAnswer,
  newestFirst: boolean,
  maxLength: number,
): string {
  const texts = page.messages.map(message => messageJson(message, formatCursor(page.epoch, message.seq)))
  const kept = newestFirst ? fitting(texts.reverse(), maxLength).reverse() : fitting(texts, maxLength)
  const oldest = page.oldest === null ? 'null' : `"${formatCursor(page.epoch, page.oldest)}"`
  const more = page.more || kept.length < texts.length
  const missing = gap === null ? '' : `,"gap":${JSON.stringify(gap)}`
  return `"messages":[${kept.join(',')}],"oldest":${oldest},"more":${more}${missing}`
}

/** The first texts that fit in a page; always at least one. */
function fitting(texts: readonly string[], maxLength: number): string[] {
  let length = 0
  const end = texts.findIndex((text, index) => {
    length += text.length
    return length > maxLength && index > 0
  })
  return end < 0 ? [...texts] : texts.slice(0, end)
}

function seqOf(cursor: string | undefined, log: Sources['log']): number | 'foreign' | undefined {
  if (cursor === undefined) return undefined
  const position = parseCursor(cursor)
  return position && position.epoch === log.epoch && position.seq <= log.head ? position.seq : 'foreign'
}

function toGap(channel: string, requested: string, oldest: string | null, reason: Gap['reason']): Gap {
  return { type: 'gap', channel, requested, oldest, reason }
}
