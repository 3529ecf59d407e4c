// Reads the past of a channel that stands elsewhere than its stream (see progress.ts). Knows no link.

import { CODES } from '../../shared/codes.ts'
import type { Gap, MessageFrame } from '../../shared/frames.ts'
import type { HistoryOptions, HistoryPage } from './calls.ts'
import type { Loss } from './connection-state.ts'
import { TwinwireError } from './failure.ts'

const PAGE = 1000

export interface Past {
  /** Everything after this, or else that many of the newest. */
  readonly since: string | undefined
  readonly history: number | undefined
}

export interface PastReader {
  history(options: HistoryOptions): Promise<HistoryPage>
  /** Whether somebody still waits for it. */
  isCurrent(): boolean
  onGap(gap: Gap): void
  onMessage(message: MessageFrame): void
}

/** Hands over the past, page by page. Resolves early when it is not wanted any more; rejects with what `history` does. */
export async function readPast({ since, history = 0 }: Past, reader: PastReader): Promise<void> {
  let after = since
  if (after === undefined && history === 0) return
  for (;;) {
    const options = after === undefined ? { limit: Math.min(history, PAGE) } : { since: after, limit: PAGE }
    const page = await reader.history(options)
    if (!reader.isCurrent()) return
    if (page.gap) reader.onGap(page.gap)
    for (const message of page.messages) {
      if (!reader.isCurrent()) return
      reader.onMessage(message)
    }
    // Of the newest, `more` tells of older ones.
    if (after === undefined || !page.more || page.messages.length === 0) return
    after = page.messages.at(-1)?.id
  }
}

/** Whether a past that could not be read may be had later: then the connection is, too. */
export function lossOfPast(error: unknown): Loss {
  const { code, message } =
    error instanceof TwinwireError ? error : new TwinwireError('connection_lost', String(error))
  return { code, reason: message, reconnect: code === 'connection_lost' || CODES[code].reconnect }
}
