// Sending a message by hand: to try something out, or to tell everyone something.

import { useEffect } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { PageHead } from '../parts/page-head.tsx'
import { pageLink } from '../place.ts'
import { draft, draftFor } from '../state/sends.ts'
import { PublishBench } from './publish-bench.tsx'

export function PublishPage() {
  const { query, route } = useLocation()
  const { channel } = query
  useEffect(() => {
    if (channel) draftFor(channel)
    else if (draft.peek().channel !== '') route(pageLink('publish', { channel: draft.peek().channel }), true)
  }, [channel, route])
  return (
    <div class="page">
      <PageHead title="Publish" />
      <PublishBench onChange={next => route(pageLink('publish', { channel: next.channel }), true)} />
    </div>
  )
}
