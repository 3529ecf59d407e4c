// A page of a channel's history as the dashboard shows it: newest first, with the ways on. Pure.

import type { Gap, MessageFrame } from '../../shared/frames.ts'
import { readItems, readMembers } from '../../shared/json-members.ts'
import { layOutText } from './json-layout.ts'

export const HISTORY_ROWS = 50

export interface StoredMessage {
  readonly id: string
  readonly time: number
  readonly event?: string | undefined
  readonly user?: string | undefined
  /** The data laid out, its tokens as the publisher wrote them. */
  readonly text: string
}

/** Where a page begins; empty texts: at the newest message. */
export interface HistoryPlace {
  readonly before: string
  readonly since: string
  /** Milliseconds since 1970, when neither cursor is given. */
  readonly until: string
}

export interface HistoryPage {
  /** Newest first. */
  readonly messages: readonly StoredMessage[]
  readonly hasOlder: boolean
  readonly hasNewer: boolean
  readonly gap: Gap | null
}

export function historyQuery({ before, since, until }: HistoryPlace): string {
  const query = new URLSearchParams({ limit: String(HISTORY_ROWS) })
  if (before !== '') query.set('before', before)
  else if (since !== '') query.set('since', since)
  else if (until !== '') query.set('until', until)
  return query.toString()
}

/** The gateway's answer, oldest first, turned round. @throws Error when it is none */
export function readHistoryPage(text: string, { before, since, until }: HistoryPlace): HistoryPage {
  const answer = readMembers(text)
  if ('code' in answer) throw new Error('The gateway answered something else than a page of history.')
  const items = readItems(answer.members.get('messages') ?? '[]')
  const messages = ('code' in items ? [] : items).map(toMessage).reverse()
  const { oldest, more, gap = null } = answer.values as { oldest?: string; more?: boolean; gap?: Gap }
  const isForward = before === '' && since !== ''
  return {
    messages,
    hasOlder: isForward ? messages.length > 0 && messages.at(-1)?.id !== oldest : more === true,
    hasNewer: isForward ? more === true : before !== '' || until !== '',
    gap: gap as Gap | null,
  }
}

function toMessage(item: ReturnType<typeof readMembers>): StoredMessage {
  if ('code' in item) throw new Error(item.message)
  const { id, time, event, user } = item.values as unknown as MessageFrame & { id: string }
  return { id, time, event, user, text: layOutText(item.members.get('data') ?? 'null') }
}
