// One channel: its rule and figures, and what passes through it as it happens.

import { useEffect, useState } from 'preact/hooks'
import { isChannelName } from '../../shared/channel-name.ts'
import { formatAge, formatBytes, formatCount, formatDuration } from '../format.ts'
import { Notice } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { pageLink } from '../place.ts'
import { link, linkCount, wire } from '../state/feed.ts'
import { now } from '../state/now.ts'
import { explain, request } from '../state/request.ts'
import { mayWrite } from '../state/session.ts'
import type { Tail } from '../state/tail.ts'
import { newestTime } from '../state/tail.ts'
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

// The tail moves by itself; the figures beside it must not contradict it for long.
const READ_AGAIN_MS = 5000

export function ChannelPage({ name }: { name: string }) {
  return isChannelName(name) ? <Channel name={name} /> : <NoName name={name} />
}

function NoName({ name }: { name: string }) {
  return (
    <div class="page">
      <PageHead title="Channel" />
      <Notice kind="empty" title={name === '' ? 'No channel is named' : `“${name}” is no channel name`}>
        <p>
          A name is 1–200 printable ASCII characters without space and {'" \\ , * < > ` { } | ^'}.{' '}
          <a href={pageLink('channels')}>All channels</a>
        </p>
      </Notice>
    </div>
  )
}

function Channel({ name }: { name: string }) {
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
          {!name.startsWith('$') && mayWrite.value && (
            <a href={pageLink('publish', { channel: name })}>Send to it</a>
          )}
        </p>
      </PageHead>
      <ChannelFacts name={name} tail={watch?.tail.value ?? null} />
      {watch && <LiveTail watch={watch} />}
    </div>
  )
}

function ChannelFacts({ name, tail }: { name: string; tail: Tail | null }) {
  const [answer, setAnswer] = useState<ChannelAnswer | null>(null)
  const [problem, setProblem] = useState('')
  const connected = linkCount.value
  // Again after a reconnect: the gateway may have another configuration now.
  useEffect(() => {
    if (connected === 0) return
    const read = async (): Promise<void> => {
      if (link.peek().name !== 'open') return
      try {
        setAnswer(await request<ChannelAnswer>('GET', `channels/${encodeURIComponent(name)}`))
        setProblem('')
      } catch (error) {
        setProblem(explain(error))
      }
    }
    void read()
    const timer = setInterval(() => void read(), READ_AGAIN_MS)
    return () => clearInterval(timer)
  }, [name, connected])
  if (problem && !answer) return <p class="problem">{problem}</p>
  const last = Math.max(answer?.last ?? 0, tail ? newestTime(tail) : 0)
  const facts: [string, string | null][] = [
    ['Subscribers', answer && formatCount(answer.subscribers)],
    ['Kept', answer && keptWords(answer)],
    ['Last message', last === 0 ? null : `${formatAge(now.value - last)} ago`],
    ['Rule', answer?.rule.match ?? null],
    ['May subscribe', answer?.rule.subscribe ?? null],
    ['Clients may publish', answer?.rule.publish ?? null],
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
