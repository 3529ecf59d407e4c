// One channel: its rule and figures, and what passes through it as it happens.

import { useEffect, useState } from 'preact/hooks'
import { formatAge, formatBytes, formatCount, formatDuration } from '../format.ts'
import { PageHead } from '../parts/page-head.tsx'
import { pageLink } from '../place.ts'
import { linkCount, wire } from '../state/feed.ts'
import { now } from '../state/now.ts'
import { explain, request } from '../state/request.ts'
import type { Watch } from '../state/watch.ts'
import { watchChannel } from '../state/watch.ts'
import { LiveTail } from './live-tail.tsx'

interface ChannelAnswer {
  name: string
  rule: {
    match: string
    subscribe: string
    publish: string
    history: { messages: number; ageMs?: number; age?: number; bytes?: number } | false | null
  }
  subscribers: number
  messages: number
  bytes?: number
  last?: number
}

export function ChannelPage({ name }: { name: string }) {
  const [watch, setWatch] = useState<Watch | null>(null)
  const client = wire.value
  useEffect(() => {
    if (!client) return
    const started = watchChannel(client, name)
    setWatch(started)
    return () => started.stop()
  }, [client, name])
  return (
    <div class="page page-tall">
      <PageHead title={name}>
        <p class="head-links">
          <a href={pageLink('channels')}>All channels</a>
          <a href={pageLink('connections', { q: name })}>Who listens</a>
          <a href={pageLink('publish', { channel: name })}>Send to it</a>
        </p>
      </PageHead>
      <ChannelFacts name={name} />
      {watch && <LiveTail watch={watch} />}
    </div>
  )
}

function ChannelFacts({ name }: { name: string }) {
  const [answer, setAnswer] = useState<ChannelAnswer | null>(null)
  const [problem, setProblem] = useState('')
  const connected = linkCount.value
  // Again after a reconnect: the gateway may have another configuration now.
  useEffect(() => {
    if (connected === 0) return
    request<ChannelAnswer>('GET', `channels/${encodeURIComponent(name)}`).then(setAnswer, (error: unknown) =>
      setProblem(explain(error)),
    )
  }, [name, connected])
  if (problem) return <p class="problem">{problem}</p>
  const facts: [string, string | null][] = [
    ['Subscribers', answer && formatCount(answer.subscribers)],
    ['Kept', answer && keptWords(answer)],
    [
      'Last message',
      answer && (answer.last === undefined ? '–' : `${formatAge(now.value - answer.last)} ago`),
    ],
    ['Rule', answer?.rule.match ?? null],
    ['Subscribe', answer?.rule.subscribe ?? null],
    ['Publish', answer?.rule.publish ?? null],
    ['History', answer && historyWords(answer.rule.history)],
  ]
  return (
    <dl class="strip">
      {facts.map(([term, value]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{value ?? '–'}</dd>
        </div>
      ))}
    </dl>
  )
}

function keptWords({ messages, bytes }: ChannelAnswer): string {
  return bytes === undefined ? formatCount(messages) : `${formatCount(messages)} (${formatBytes(bytes)})`
}

function historyWords(history: ChannelAnswer['rule']['history']): string {
  if (!history) return 'none'
  const ageMs = history.ageMs ?? history.age
  const parts = [`${formatCount(history.messages)} messages`]
  if (ageMs !== undefined) parts.push(formatDuration(ageMs).replace(/ 0 \S+$/, ''))
  if (history.bytes !== undefined) parts.push(formatBytes(history.bytes))
  return parts.join(', ')
}
