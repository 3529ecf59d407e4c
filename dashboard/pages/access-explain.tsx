// Why may or may not somebody do something with a channel? The same decision, in the same words, that a connection meets.

import { useEffect, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { Field } from '../parts/field.tsx'
import { Status } from '../parts/status.tsx'
import { pageLink } from '../place.ts'
import type { Action, Explanation, Question, Who } from '../state/question.ts'
import { ACTIONS, isWhole, questionBody, questionOf, questionQuery, WHO } from '../state/question.ts'
import { explain, request } from '../state/request.ts'

const ACTION_WORDS: Readonly<Record<Action, string>> = {
  subscribe: 'subscribe to',
  publish: 'publish to',
  read: 'read the history of',
  presence: 'see who is in',
}

const WHO_WORDS: Readonly<Record<Who, string>> = {
  anybody: 'anybody, without a token',
  user: 'a user, without grants',
  key: 'an API key, by its name',
  token: 'whoever holds a token',
}

export function ExplainPart({ query }: { query: Record<string, string> }) {
  const { route } = useLocation()
  const [question, setQuestion] = useState(() => questionOf(query))
  const [answer, setAnswer] = useState<Explanation | null>(null)
  const [problem, setProblem] = useState('')
  const [busy, setBusy] = useState(false)

  async function ask(asked: Question): Promise<void> {
    setBusy(true)
    try {
      setAnswer(await request<Explanation>('POST', 'explain', questionBody(asked)))
      setProblem('')
    } catch (error) {
      setAnswer(null)
      setProblem(explain(error))
    }
    setBusy(false)
  }

  // An address that was sent to somebody asks by itself.
  useEffect(() => {
    if (isWhole(question)) void ask(question)
  }, [])

  const change = (part: Partial<Question>) => {
    const changed = { ...question, ...part }
    setQuestion(changed)
    setAnswer(null)
    setProblem('')
    route(pageLink('access', { tab: 'explain', ...questionQuery(changed) }), true)
  }
  return (
    <div class="ask">
      <form
        class="panel ask-form"
        onSubmit={event => {
          event.preventDefault()
          if (isWhole(question)) void ask(question)
        }}
      >
        <QuestionFields question={question} onChange={change} />
        <div class="form-actions">
          <button type="submit" class="button button-main" disabled={!isWhole(question)} aria-busy={busy}>
            Explain
          </button>
        </div>
      </form>
      <div class="panel ask-answer" aria-live="polite">
        {answer ? <Answer {...answer} /> : <p class={problem ? 'problem' : 'faint'}>{problem || WAITING}</p>}
      </div>
    </div>
  )
}

const WAITING =
  'The answer names the rule and the grant that decide, in the sentence that a connection is refused with.'

interface FieldsProps {
  question: Question
  onChange: (part: Partial<Question>) => void
}

function QuestionFields({ question, onChange }: FieldsProps) {
  const { action, channel, who, name, token } = question
  return (
    <>
      <label class="field">
        <span>Who</span>
        <select value={who} onChange={event => onChange({ who: event.currentTarget.value as Who })}>
          {WHO.map(each => (
            <option key={each} value={each}>
              {WHO_WORDS[each]}
            </option>
          ))}
        </select>
      </label>
      {(who === 'user' || who === 'key') && (
        <Field
          label={who === 'user' ? 'User' : 'Name of the key'}
          hint={who === 'user' ? 'ann' : 'default'}
          value={name}
          onInput={text => onChange({ name: text })}
        />
      )}
      {who === 'token' && (
        <label class="field">
          <span>
            Token <em>checked, never kept; not part of the address</em>
          </span>
          <textarea
            class="code"
            rows={4}
            value={token}
            spellcheck={false}
            onInput={event => onChange({ token: event.currentTarget.value })}
          />
        </label>
      )}
      <label class="field">
        <span>Wants to</span>
        <select value={action} onChange={event => onChange({ action: event.currentTarget.value as Action })}>
          {ACTIONS.map(each => (
            <option key={each} value={each}>
              {ACTION_WORDS[each]}
            </option>
          ))}
        </select>
      </label>
      <Field label="Channel" hint="orders:42" value={channel} onInput={text => onChange({ channel: text })} />
    </>
  )
}

function Answer({ allowed, code, rule, grant, reason }: Explanation) {
  return (
    <>
      <p class="ask-verdict">
        <Status kind={allowed ? 'good' : 'bad'}>{allowed ? 'Yes, allowed' : `No: ${code}`}</Status>
      </p>
      <p class="ask-reason">{reason}</p>
      <dl class="said">
        <div>
          <dt>Rule</dt>
          <dd>
            <code>{rule.match}</code>{' '}
            {rule.index === null ? '(none of the configuration fits)' : `(number ${rule.index + 1})`}
          </dd>
        </div>
        <div>
          <dt>Grant</dt>
          <dd>{grant === undefined ? '–' : <code>{grant}</code>}</dd>
        </div>
      </dl>
    </>
  )
}
