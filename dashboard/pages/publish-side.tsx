// Beside the publish form: what became of the last message, the same as a command, and what was sent before.

import { useEffect, useRef, useState } from 'preact/hooks'
import { formatClock, formatMilliseconds, formatPlural } from '../format.ts'
import { Choice, Choices } from '../parts/choices.tsx'
import { CopyButton } from '../parts/copy-button.tsx'
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

/** The same call elsewhere, one language at a time. */
export function SameAs({ lines }: { lines: Readonly<Record<string, string>> }) {
  const languages = Object.keys(lines)
  const [language, setLanguage] = useState(languages[0] ?? '')
  const text = lines[language] ?? ''
  return (
    <section class="panel">
      <div class="panel-head same-head">
        <h2>The same with</h2>
        <Choices label="Language">
          {languages.map(each => (
            <Choice key={each} label={each} isOn={each === language} onClick={() => setLanguage(each)} />
          ))}
        </Choices>
        {text && <CopyButton text={text} label={`Copy the lines for ${language}`} />}
      </div>
      <pre class="json curl">{text || 'Complete the form to see the lines.'}</pre>
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
