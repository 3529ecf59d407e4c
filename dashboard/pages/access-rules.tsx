// The channel rules in the order in which they are tried, and which of them decides about a channel.

import { useEffect, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { formatBytes } from '../format.ts'
import { Icon } from '../parts/icon.tsx'
import { ReadingState } from '../parts/reading-state.tsx'
import { pageLink } from '../place.ts'
import { useReading } from '../state/reading.ts'
import type { RuleView } from '../state/rule-words.ts'
import { historyWords, PUBLISH_WORDS, SUBSCRIBE_WORDS } from '../state/rule-words.ts'

interface RulesAnswer {
  rules: RuleView[]
  everyone: string[]
  isBuiltIn: boolean
  tried?: { channel: string; rule: RuleView; index: number | null }
}

/** A name is asked about when the typing pauses. */
const PAUSE_MS = 200

export function RulesPart({ channel }: { channel: string }) {
  const settled = useSettled(channel)
  const reading = useReading<RulesAnswer>(
    settled === '' ? 'rules' : `rules?channel=${encodeURIComponent(settled)}`,
  )
  const { answer } = reading
  const tried = settled !== '' && answer?.tried?.channel === settled ? answer.tried : undefined
  return (
    <>
      <TryChannel channel={channel} />
      <p class="verdict" role="status">
        {tried ? <Verdict {...tried} /> : answer && orderWords(answer)}
      </p>
      <ReadingState reading={reading} />
      {answer && <RulesTable rules={answer.rules} decides={tried?.index ?? null} />}
    </>
  )
}

function useSettled(value: string): string {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [value])
  return settled
}

function TryChannel({ channel }: { channel: string }) {
  const { route } = useLocation()
  return (
    <search class="search">
      <Icon name="search" />
      <input
        type="search"
        aria-label="Try a channel against the rules"
        placeholder="Try a channel: orders:42"
        value={channel}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        onInput={event =>
          route(pageLink('access', { tab: 'rules', channel: event.currentTarget.value }), true)
        }
      />
    </search>
  )
}

function orderWords({ everyone, isBuiltIn }: RulesAnswer): string {
  const first = isBuiltIn
    ? 'The configuration names no rules: these are built in.'
    : 'The first rule that matches a channel counts.'
  return everyone.length === 0 ? first : `${first} Every connection is given ${everyone.join(', ')}.`
}

function Verdict({ channel, rule, index }: NonNullable<RulesAnswer['tried']>) {
  const place = index === null ? 'no rule of the configuration; in its place' : `rule ${index + 1},`
  return (
    <>
      <code>{channel}</code> meets {place} <code>{rule.match}</code>. Subscribe:{' '}
      <strong>{SUBSCRIBE_WORDS[rule.subscribe]}</strong>. Publish:{' '}
      <strong>{PUBLISH_WORDS[rule.publish]}</strong>. History: <strong>{historyWords(rule.history)}</strong>.{' '}
      <a href={pageLink('access', { tab: 'explain', channel })}>Explain</a>
    </>
  )
}

function RulesTable({ rules, decides }: { rules: readonly RuleView[]; decides: number | null }) {
  return (
    <div class="table-frame">
      <table class="table table-cards">
        <caption class="unseen">Channel rules, in the order in which they are tried</caption>
        <thead>
          <tr>
            <th scope="col">Matches</th>
            <th scope="col">Subscribe</th>
            <th scope="col">Clients publish</th>
            <th scope="col">History</th>
            <th scope="col">Presence</th>
            <th scope="col" class="number">
              Largest message
            </th>
          </tr>
        </thead>
        <tbody>
          {rules.map((rule, index) => (
            <tr key={`${index} ${rule.match}`} class={index === decides ? 'row-decides' : ''}>
              <th scope="row" class="rule-match">
                <span class="faint">{index + 1}</span> <code>{rule.match}</code>
                {index === decides && <span class="tag tag-live">decides</span>}
              </th>
              <td data-label="Subscribe">{SUBSCRIBE_WORDS[rule.subscribe]}</td>
              <td data-label="Clients publish">{PUBLISH_WORDS[rule.publish]}</td>
              <td data-label="History">{historyWords(rule.history)}</td>
              <td data-label="Presence">{rule.presence ? 'shown' : <span class="faint">–</span>}</td>
              <td data-label="Largest message" class="number">
                {rule.maxMessageBytes === undefined ? (
                  <span class="faint">–</span>
                ) : (
                  formatBytes(rule.maxMessageBytes)
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
