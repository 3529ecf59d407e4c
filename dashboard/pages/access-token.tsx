// Tries a client's token: what is in it, whether it counts, and if not, why. The token stays in this page.

import { useState } from 'preact/hooks'
import { Status } from '../parts/status.tsx'
import { When } from '../parts/when.tsx'
import { explain, request } from '../state/request.ts'
import type { Claim, TokenReport } from '../state/token-report.ts'
import { claimsOf } from '../state/token-report.ts'

export function TokenPart() {
  const [token, setToken] = useState('')
  const [report, setReport] = useState<TokenReport | null>(null)
  const [problem, setProblem] = useState('')
  const [busy, setBusy] = useState(false)

  async function tryIt(): Promise<void> {
    setBusy(true)
    try {
      setReport(await request<TokenReport>('POST', 'tokens/verify', JSON.stringify({ token })))
      setProblem('')
    } catch (error) {
      setReport(null)
      setProblem(explain(error))
    }
    setBusy(false)
  }

  return (
    <div class="ask">
      <form
        class="panel ask-form"
        onSubmit={event => {
          event.preventDefault()
          void tryIt()
        }}
      >
        <label class="field">
          <span>
            Token <em>checked, neither kept nor logged</em>
          </span>
          <textarea
            class="code"
            rows={9}
            value={token}
            placeholder="eyJhbGciOi…"
            spellcheck={false}
            onInput={event => {
              setToken(event.currentTarget.value)
              setReport(null)
            }}
          />
        </label>
        <div class="form-actions">
          <button type="submit" class="button button-main" disabled={token.trim() === ''} aria-busy={busy}>
            Try the token
          </button>
        </div>
      </form>
      <div class="panel ask-answer" aria-live="polite">
        {report ? (
          <Report report={report} />
        ) : (
          <p class={problem ? 'problem' : 'faint'}>{problem || WAITING}</p>
        )}
      </div>
    </div>
  )
}

const WAITING =
  'Paste a token to see what it says, whether this gateway accepts it, and what is wrong if not.'

function Report({ report }: { report: TokenReport }) {
  const claims = claimsOf(report)
  return (
    <>
      <p class="ask-verdict">
        <Status kind={report.valid ? 'good' : 'bad'}>
          {report.valid ? 'Accepted' : `Refused: ${report.code}`}
        </Status>
      </p>
      <p class="ask-reason">{report.reason}</p>
      {claims.length > 0 && (
        <dl class="said">
          {report.header && (
            <div>
              <dt>Header</dt>
              <dd>
                <code>{JSON.stringify(report.header)}</code>
              </dd>
            </div>
          )}
          {claims.map(claim => (
            <ClaimLine key={claim.name} {...claim} />
          ))}
        </dl>
      )}
      {!report.valid && claims.length > 0 && <p class="faint">What it says of itself is not proven.</p>}
    </>
  )
}

function ClaimLine({ name, value, meaning, time }: Claim) {
  return (
    <div>
      <dt>
        <code>{name}</code> <span class="faint">{meaning}</span>
      </dt>
      <dd>
        <code>{value}</code>{' '}
        {time !== undefined && (
          <span class="quiet">
            <When time={time} />
          </span>
        )}
      </dd>
    </div>
  )
}
