// Sending a message by hand: to try something out, or to tell everyone something.

import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { formatClock, formatMilliseconds, formatPlural } from '../format.ts'
import { PageHead } from '../parts/page-head.tsx'
import { baseUrl, pageLink } from '../place.ts'
import { findJsonFault } from '../state/json-fault.ts'
import type { Draft } from '../state/publication.ts'
import { curlLine, publishBody, ttlFault } from '../state/publication.ts'
import { explain, request } from '../state/request.ts'
import { PublishForm } from './publish-form.tsx'

interface PublishAnswer {
  id?: string
  channel: string
  subscribers: number
  duplicate?: boolean
}

type Sent = { draft: Draft; at: number; tookMs: number } & (
  | { ok: true; answer: PublishAnswer }
  | { ok: false; problem: string }
)

const RECENT = 12
const FIRST_DATA = '{\n  "hello": "world"\n}'

export function PublishPage() {
  const { query } = useLocation()
  const [draft, setDraft] = useState<Draft>(() => ({
    channel: query.channel ?? '',
    event: '',
    data: FIRST_DATA,
    key: '',
    ttl: '',
  }))
  const [sent, setSent] = useState<readonly Sent[]>([])
  const [busy, setBusy] = useState(false)

  async function send(): Promise<void> {
    setBusy(true)
    const result = await publish(draft)
    setSent([result, ...sent].slice(0, RECENT))
    setBusy(false)
  }

  const valid = draft.channel !== '' && findJsonFault(draft.data) === null && ttlFault(draft.ttl) === null
  return (
    <div class="page">
      <PageHead title="Publish" />
      <div class="publish">
        <PublishForm draft={draft} onChange={setDraft} valid={valid} busy={busy} onSend={() => void send()} />
        <div class="publish-side">
          <LastResult sent={sent[0]} />
          <CurlLine text={valid ? curlLine(baseUrl.href, draft) : ''} />
          <RecentSends sent={sent} onTake={setDraft} />
        </div>
      </div>
    </div>
  )
}

async function publish(draft: Draft): Promise<Sent> {
  const started = performance.now()
  const about = () => ({ draft, at: Date.now(), tookMs: performance.now() - started })
  try {
    const answer = await request<PublishAnswer>('POST', 'publish', publishBody(draft))
    return { ...about(), ok: true, answer }
  } catch (error) {
    return { ...about(), ok: false, problem: explain(error) }
  }
}

function LastResult({ sent }: { sent: Sent | undefined }) {
  if (!sent) {
    return (
      <section class="panel result" aria-live="polite">
        <h2>Result</h2>
        <p class="quiet">The gateway’s answer appears here: the id, and to how many subscribers it went.</p>
      </section>
    )
  }
  return (
    <section class={sent.ok ? 'panel result result-good' : 'panel result result-bad'} aria-live="polite">
      <h2>Result</h2>
      <p class="result-main">{sent.ok ? resultWords(sent.answer) : sent.problem}</p>
      <p class="result-detail">
        {sent.ok && <code>{sent.answer.id ?? 'not stored: this channel keeps no history'}</code>}
        <span>in {formatMilliseconds(sent.tookMs)}</span>
        {sent.ok && <a href={pageLink('channel', { name: sent.answer.channel })}>Watch the channel</a>}
      </p>
    </section>
  )
}

function resultWords({ subscribers, duplicate }: PublishAnswer): string {
  if (duplicate) return 'A duplicate: this key was published before, nothing was sent'
  return `Sent to ${formatPlural(subscribers, 'subscriber')}`
}

function CurlLine({ text }: { text: string }) {
  const [copied, setCopied] = useState(false)
  async function copy(): Promise<void> {
    // Absent where the page is not served securely: the text is selectable all the same.
    await navigator.clipboard?.writeText(text).then(() => setCopied(true))
    setTimeout(() => setCopied(false), 2000)
  }
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>The same with curl</h2>
        <button type="button" class="button button-small" disabled={text === ''} onClick={() => void copy()}>
          {copied ? 'Copied' : 'Copy'}
        </button>
      </div>
      <pre class="json curl">{text || 'Complete the form to see the line.'}</pre>
    </section>
  )
}

function RecentSends({ sent, onTake }: { sent: readonly Sent[]; onTake: (draft: Draft) => void }) {
  if (sent.length === 0) return null
  return (
    <section class="panel">
      <h2>Recent sends</h2>
      <ol class="recent">
        {sent.map(each => (
          <li key={each.at} class={each.ok ? 'recent-row' : 'recent-row recent-bad'}>
            <time>{formatClock(each.at)}</time>
            <span class="channel">{each.draft.channel}</span>
            <span>{each.ok ? formatPlural(each.answer.subscribers, 'subscriber') : 'refused'}</span>
            <button type="button" class="link-button" onClick={() => onTake(each.draft)}>
              Use again
            </button>
          </li>
        ))}
      </ol>
    </section>
  )
}
