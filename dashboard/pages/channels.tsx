// Which channels there are: active ones and stored ones.

import { useEffect, useMemo, useRef } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { formatAge, formatCount, formatPlural } from '../format.ts'
import { Freshness, ListFault, ListLoading } from '../parts/list-state.tsx'
import { Notice } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { Search } from '../parts/search.tsx'
import { pageLink } from '../place.ts'
import type { ChannelView } from '../state/channels.ts'
import { applySubscriptions } from '../state/channels.ts'
import { now } from '../state/now.ts'
import { request } from '../state/request.ts'
import { createLiveList } from '../state/snapshot.ts'

const LOADED = 500

async function load(prefix: string): Promise<{ list: readonly ChannelView[]; more: boolean }> {
  const query = new URLSearchParams({ limit: String(LOADED), ...(prefix ? { prefix } : {}) })
  const answer = await request<{ channels: ChannelView[]; next?: string }>('GET', `channels?${query}`)
  return { list: answer.channels, more: answer.next !== undefined }
}

export function ChannelsPage() {
  const prefix = useLocation().query.q ?? ''
  const shown = useRef<readonly ChannelView[] | null>(null)
  const list = useMemo(() => createLiveList(() => load(prefix), applySubscriptions, shown.current), [prefix])
  useEffect(() => list.stop, [list])
  const snapshot = list.value.value
  shown.current = snapshot.list
  return (
    <div class="page">
      <PageHead title="Channels">
        <p class="count">
          {snapshot.list && formatPlural(snapshot.list.length, 'channel')}
          {snapshot.name === 'ready' && snapshot.more && ' and more: narrow the search to see them'}
        </p>
      </PageHead>
      <div class="toolbar">
        <Search page="channels" label="Find channels by how their name begins" hint="Name begins with…" />
        <Freshness snapshot={snapshot} onReload={list.reload} />
      </div>
      <ListFault snapshot={snapshot} onReload={list.reload} />
      {snapshot.name === 'loading' && snapshot.list === null && <ListLoading />}
      {snapshot.list?.length === 0 && <NoChannels prefix={prefix} />}
      {snapshot.list && snapshot.list.length > 0 && <ChannelsTable channels={snapshot.list} />}
    </div>
  )
}

function NoChannels({ prefix }: { prefix: string }) {
  if (prefix === '') {
    return (
      <Notice kind="empty" title="No channels yet">
        <p>
          A channel exists when it is used.{' '}
          <a href={pageLink('publish', { channel: 'public:demo' })}>Publish</a> a first message to see one.
        </p>
      </Notice>
    )
  }
  return (
    <Notice kind="empty" title={`No channel begins with ${prefix}`}>
      <p>
        It may still be subscribed to: <a href={pageLink('channel', { name: prefix })}>watch {prefix}</a>.
      </p>
    </Notice>
  )
}

function ChannelsTable({ channels }: { channels: readonly ChannelView[] }) {
  return (
    <div class="table-frame">
      <table class="table">
        <caption class="unseen">Channels by name</caption>
        <thead>
          <tr>
            <th scope="col">Channel</th>
            <th scope="col" class="number">
              Subscribers
            </th>
            <th scope="col" class="number cell-spare">
              Messages kept
            </th>
            <th scope="col" class="number">
              Last
            </th>
          </tr>
        </thead>
        <tbody>
          {channels.map(({ name, subscribers, messages, last }) => (
            <tr key={name}>
              <th scope="row" class="cell-name">
                <a class="channel" title={name} href={pageLink('channel', { name })}>
                  {name}
                </a>
              </th>
              <td class={subscribers > 0 ? 'number' : 'number faint'}>{formatCount(subscribers)}</td>
              <td class={messages > 0 ? 'number cell-spare' : 'number cell-spare faint'}>
                {formatCount(messages)}
              </td>
              <td class="number cell-last">
                {last === undefined ? <span class="faint">–</span> : `${formatAge(now.value - last)} ago`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
