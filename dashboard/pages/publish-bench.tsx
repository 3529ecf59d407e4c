// Where a message is written and sent: the form, and beside it what became of it. On the publish page and on a channel's.

import { baseUrl } from '../place.ts'
import { phpLine } from '../state/php-line.ts'
import type { Draft } from '../state/publication.ts'
import { curlLine, isComplete } from '../state/publication.ts'
import { draft, isSending, sendDraft, sends, setDraft } from '../state/sends.ts'
import { BurstPanel } from './burst-panel.tsx'
import { PublishForm } from './publish-form.tsx'
import { LastResult, RecentSends, SameAs } from './publish-side.tsx'

interface BenchProps {
  isChannelFixed?: boolean
  onChange?: (draft: Draft) => void
}

export function PublishBench({ isChannelFixed = false, onChange }: BenchProps) {
  const valid = isComplete(draft.value)
  const change = (next: Draft): void => {
    setDraft(next)
    onChange?.(next)
  }
  const own = isChannelFixed
    ? sends.value.filter(sent => sent.draft.channel === draft.value.channel)
    : sends.value
  return (
    <div class="publish">
      <PublishForm
        draft={draft.value}
        isChannelFixed={isChannelFixed}
        onChange={change}
        valid={valid}
        busy={isSending.value}
        onSend={() => void sendDraft()}
      />
      <div class="publish-side">
        <LastResult sent={own[0]} />
        <BurstPanel draft={draft.value} valid={valid} />
        <SameAs
          lines={{
            curl: valid ? curlLine(baseUrl.href, draft.value) : '',
            PHP: valid ? phpLine(baseUrl.href, draft.value) : '',
          }}
        />
        <RecentSends sends={own} onTake={change} />
      </div>
    </div>
  )
}
