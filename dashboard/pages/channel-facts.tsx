// A channel's rule and figures, read again while somebody looks.

import { useEffect, useState } from 'preact/hooks'
import { formatBytes, formatCount, formatPace } from '../format.ts'
import { Fact } from '../parts/fact.tsx'
import { When } from '../parts/when.tsx'
import { link, linkCount } from '../state/feed.ts'
import { explain, request } from '../state/request.ts'
import type { RuleView } from '../state/rule-words.ts'
import { historyWords, PUBLISH_WORDS, SUBSCRIBE_WORDS } from '../state/rule-words.ts'

export interface ChannelAnswer {
  name: string
  rule: RuleView
  subscribers: number
  perSecond: number
  messages: number
  bytes: number
  last?: number
}

// The tail moves by itself; the figures beside it must not contradict it for long.
const READ_AGAIN_MS = 5000

export function useChannelAnswer(name: string): { answer: ChannelAnswer | null; problem: string } {
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
  return { answer, problem }
}

interface FactsProps {
  answer: ChannelAnswer | null
  problem: string
  /** When the newest message came that the live tail has seen; 0: none. */
  newest: number
}

export function ChannelFacts({ answer, problem, newest }: FactsProps) {
  if (problem && !answer) return <p class="problem">{problem}</p>
  const last = Math.max(answer?.last ?? 0, newest)
  return (
    <dl class="strip">
      <Fact term="Subscribers" title="This page is one of them">
        {answer && formatCount(answer.subscribers)}
      </Fact>
      <Fact term="Per second">{answer && formatPace(answer.perSecond)}</Fact>
      <Fact term="Kept">{answer && `${formatCount(answer.messages)} · ${formatBytes(answer.bytes)}`}</Fact>
      <Fact term="Last message">{last > 0 && <When time={last} />}</Fact>
      <Fact term="Rule">{answer && <code>{answer.rule.match}</code>}</Fact>
      <Fact term="May subscribe">{answer && SUBSCRIBE_WORDS[answer.rule.subscribe]}</Fact>
      <Fact term="Clients may publish">{answer && PUBLISH_WORDS[answer.rule.publish]}</Fact>
      <Fact term="History">{answer && historyWords(answer.rule.history)}</Fact>
    </dl>
  )
}
