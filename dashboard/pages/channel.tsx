// One channel: its rule and figures, and in tabs what passes through it, what it keeps, who is there, and a way to send.

import { useEffect, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { isChannelName } from '../../shared/channel-name.ts'
import { Notice } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { pageLink } from '../place.ts'
import { wire } from '../state/feed.ts'
import type { RuleView } from '../state/rule-words.ts'
import { mayWrite } from '../state/session.ts'
import { newestTime } from '../state/tail.ts'
import type { Watch } from '../state/watch.ts'
import { watchChannel } from '../state/watch.ts'
import { ChannelFacts, useChannelAnswer } from './channel-facts.tsx'
import { ChannelHistory } from './channel-history.tsx'
import { ChannelPresence } from './channel-presence.tsx'
import { ChannelPublish } from './channel-publish.tsx'
import { DeleteMessage } from './delete-message.tsx'
import { LiveTail } from './live-tail.tsx'

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
  const { answer, problem } = useChannelAnswer(name)
  const tail = watch?.tail.value
  return (
    <div class="page page-tall">
      <PageHead
        title={name}
        end={
          <>
            <a href={pageLink('connections', { channel: name })}>Who listens</a>
            <a href={pageLink('channels')}>All channels</a>
          </>
        }
      />
      <ChannelFacts answer={answer} problem={problem} newest={tail ? newestTime(tail) : 0} />
      <ChannelTabs name={name} watch={watch} rule={answer?.rule} />
    </div>
  )
}

const TAB_LABELS = { live: 'Live', history: 'History', presence: 'Presence', publish: 'Publish' } as const
type TabName = keyof typeof TAB_LABELS

interface TabsProps {
  name: string
  watch: Watch | null
  /** Once it is known. */
  rule: RuleView | undefined
}

function ChannelTabs({ name, watch, rule }: TabsProps) {
  const { query } = useLocation()
  const [deleting, setDeleting] = useState<string | null>(null)
  const tabs = tabsOf(name, mayWrite.value)
  const open = tabs.find(tab => tab === query.tab) ?? 'live'
  const onDelete = mayWrite.value ? setDeleting : undefined
  return (
    <>
      {tabs.length > 1 && (
        <Tabs
          label="Parts of the channel"
          open={open}
          tabs={tabs.map(tab => ({ name: tab, label: TAB_LABELS[tab], href: tabLink(name, tab) }))}
        />
      )}
      {open === 'live' && watch && <LiveTail watch={watch} onDelete={onDelete} />}
      {open === 'history' && (
        <ChannelHistory name={name} watch={watch} isKept={rule?.history !== false} onDelete={onDelete} />
      )}
      {open === 'presence' && <ChannelPresence name={name} rule={rule} />}
      {open === 'publish' && <ChannelPublish name={name} />}
      {deleting !== null && <DeleteMessage channel={name} id={deleting} onClose={() => setDeleting(null)} />}
    </>
  )
}

function tabLink(name: string, tab: TabName): string {
  return pageLink('channel', { name, tab: tab === 'live' ? '' : tab })
}

/** The gateway's own channels keep nothing, and nobody else sends there. */
function tabsOf(name: string, isOperator: boolean): TabName[] {
  if (name.startsWith('$')) return ['live']
  return isOperator ? ['live', 'history', 'presence', 'publish'] : ['live', 'history', 'presence']
}
