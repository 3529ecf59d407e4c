// Sending a message by hand: to try something out, or to tell everyone something.

import { useEffect } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { PageHead } from '../parts/page-head.tsx'
import { baseUrl } from '../place.ts'
import { findJsonFault } from '../state/json-fault.ts'
import { curlLine, ttlFault } from '../state/publication.ts'
import { draft, draftFor, isSending, sendDraft, sends, setDraft } from '../state/sends.ts'
import { PublishForm } from './publish-form.tsx'
import { CurlLine, LastResult, RecentSends } from './publish-side.tsx'

export function PublishPage() {
  const { query } = useLocation()
  useEffect(() => {
    if (query.channel) draftFor(query.channel)
  }, [query.channel])
  const { channel, data, ttl } = draft.value
  const valid = channel !== '' && findJsonFault(data) === null && ttlFault(ttl) === null
  return (
    <div class="page">
      <PageHead title="Publish" />
      <div class="publish">
        <PublishForm
          draft={draft.value}
          onChange={setDraft}
          valid={valid}
          busy={isSending.value}
          onSend={() => void sendDraft()}
        />
        <div class="publish-side">
          <LastResult sent={sends.value[0]} />
          <CurlLine text={valid ? curlLine(baseUrl.href, draft.value) : ''} />
          <RecentSends sends={sends.value} onTake={setDraft} />
        </div>
      </div>
    </div>
  )
}
