// Beside the publish form: what became of the last message, the same as a command, and what was sent before.

import { useEffect, useRef, useState } from 'preact/hooks'
import { formatClock, formatMilliseconds, formatPlural } from '../format.ts'
import { pageLink } from '../place.ts'
import type { Draft } from '../state/publication.ts'
import type { PublishAnswer, Sent } from '../state/sends.ts'

export function LastResult({ sent }: { sent: Sent | undefined }) {
  const section = useRef<HTMLElement>(null)
  const known = useRef(sent)
  // On a narrow screen it stands below the form, out of sight of whoever pressed the button.
  useEffect(() => {
    if (sent && sent !== known.current) section.current?.scrollIntoView({ block: 'nearest' })
    known.current = sent
  }, [sent])
  const mood = sent ? (sent.ok ? 'result-good' : 'result-bad') : ''
  return (
    <section ref={section} class={`panel result ${mood}`} aria-live="polite">
      <h2>Result</h2>
      {sent ? (
        <ResultText sent={sent} />
      ) : (
        <p class="quiet">The gateway’s answer appears here: the id, and to how many subscribers it went.</p>
      )}
    </section>
  )
}

function ResultText({ sent }: { sent: Sent }) {
  return (
    <>
      <p class="result-main">{sent.ok ? resultWords(sent.answer) : sent.problem}</p>
      <p class="result-detail">
        {sent.ok && <code>{sent.answer.id ?? 'not stored: this channel keeps no history'}</code>}
        <span>
          {formatClock(sent.at)}, in {formatMilliseconds(sent.tookMs)}
        </span>
        {sent.ok && <a href={pageLink('channel', { name: sent.answer.channel })}>Watch the channel</a>}
      </p>
    </>
  )
}

function resultWords({ subscribers, duplicate }: PublishAnswer): string {
  if (duplicate) return 'A duplicate: this key was published before, nothing was sent'
  return `Sent to ${formatPlural(subscribers, 'subscriber')}`
}

type Copy = 'ready' | 'copied' | 'selected'
const COPY_WORDS: Record<Copy, string> = { ready: 'Copy', copied: 'Copied', selected: 'Press Ctrl + C' }
const COPIED_MS = 2000

export function CurlLine({ text }: { text: string }) {
  const line = useRef<HTMLPreElement>(null)
  const [copy, setCopy] = useState<Copy>('ready')
  useEffect(() => {
    if (copy === 'ready') return
    const timer = setTimeout(() => setCopy('ready'), COPIED_MS)
    return () => clearTimeout(timer)
  }, [copy])

  async function take(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text)
      setCopy('copied')
    } catch {
      // No clipboard where the page is not served securely, or not allowed: one key less to press all the same.
      if (line.current) getSelection()?.selectAllChildren(line.current)
      setCopy('selected')
    }
  }

  return (
    <section class="panel">
      <div class="panel-head">
        <h2>The same with curl</h2>
        <button type="button" class="button button-small" disabled={text === ''} onClick={() => void take()}>
          {COPY_WORDS[copy]}
        </button>
        <span class="unseen" role="status">
          {copy !== 'ready' && COPY_WORDS[copy]}
        </span>
      </div>
      <pre ref={line} class="json curl">
        {text || 'Complete the form to see the line.'}
      </pre>
      <p class="faint curl-note">
        <code>TWINWIRE_API_KEY</code> holds a key that may publish to the channel.
      </p>
    </section>
  )
}

export function RecentSends({ sends, onTake }: { sends: readonly Sent[]; onTake: (draft: Draft) => void }) {
  if (sends.length === 0) return null
  return (
    <section class="panel">
      <h2>Recent sends</h2>
      <ol class="recent">
        {sends.map(each => (
          <li key={each.at} class={each.ok ? 'recent-row' : 'recent-row recent-bad'}>
            <time>{formatClock(each.at)}</time>
            <span class="channel" title={each.draft.channel}>
              {each.draft.channel}
            </span>
            <span class="recent-end">{endWords(each)}</span>
            <button type="button" class="link-button" onClick={() => onTake(each.draft)}>
              Use again
            </button>
          </li>
        ))}
      </ol>
    </section>
  )
}

function endWords(sent: Sent): string {
  if (!sent.ok) return 'not sent'
  return sent.answer.duplicate ? 'duplicate' : formatPlural(sent.answer.subscribers, 'subscriber')
}
