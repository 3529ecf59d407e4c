// What an operator is about to send and has sent. Outlives the publish page: what was sent is often looked at on the
// channel's page, and then sent again. Knows no form.

import { signal } from '@preact/signals'
import type { Draft } from './publication.ts'
import { publishBody } from './publication.ts'
import { explain, request } from './request.ts'

export interface PublishAnswer {
  id?: string
  channel: string
  subscribers: number
  duplicate?: boolean
}

export type Sent = { draft: Draft; at: number; tookMs: number } & (
  | { ok: true; answer: PublishAnswer }
  | { ok: false; problem: string }
)

const RECENT = 12
const FIRST_DRAFT: Draft = { channel: '', event: '', data: '{\n  "hello": "world"\n}', key: '', ttl: '' }

export const draft = signal(FIRST_DRAFT)
/** Newest first, bounded. */
export const sends = signal<readonly Sent[]>([])
export const isSending = signal(false)

export function setDraft(next: Draft): void {
  draft.value = next
}

/** Begins a message to a channel, unless one to it was begun already. */
export function draftFor(channel: string): void {
  if (draft.peek().channel !== channel) draft.value = { ...FIRST_DRAFT, channel }
}

/** Publishes the draft, once however often it is pressed; a refusal is a result too. */
export async function sendDraft(): Promise<void> {
  if (isSending.peek()) return
  isSending.value = true
  const result = await publish(draft.peek())
  sends.value = [result, ...sends.peek()].slice(0, RECENT)
  isSending.value = false
}

async function publish(sending: Draft): Promise<Sent> {
  const started = performance.now()
  const about = () => ({ draft: sending, at: Date.now(), tookMs: performance.now() - started })
  try {
    const answer = await request<PublishAnswer>('POST', 'publish', publishBody(sending))
    return { ...about(), ok: true, answer }
  } catch (error) {
    return { ...about(), ok: false, problem: explain(error) }
  }
}
