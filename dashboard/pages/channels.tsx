// Which channels there are, active and stored ones: searched, sorted, and any number of them.

import { useEffect, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { formatPlural } from '../format.ts'
import { Freshness, ListFault, ListLoading } from '../parts/list-state.tsx'
import { Notice } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { Search } from '../parts/search.tsx'
import { Table } from '../parts/table.tsx'
import { pageLink } from '../place.ts'
import type { ChannelView } from '../state/channels.ts'
import { CHANNELS_UPKEEP, channelsQuery } from '../state/channels.ts'
import { startList } from '../state/live-list.ts'
import { mayWrite } from '../state/session.ts'
import { CHANNEL_COLUMNS } from './channel-columns.tsx'

export function ChannelsPage() {
  const { query, route } = useLocation()
  const { q: text = '', sort = '-subscribers' } = query
  const [{ list, stop }] = useState(() => startList('channels', CHANNELS_UPKEEP))
  useEffect(() => stop, [stop])
  const asked = channelsQuery({ text, sort })
  useEffect(() => list.ask(asked), [list, asked])
  const paged = list.value.value
  const loaded = paged.list
  return (
    <div class="page">
      <PageHead title="Channels" end={<Freshness snapshot={paged} onReload={list.reload} />}>
        <p class="count">{loaded && countWords(loaded.total, text)}</p>
      </PageHead>
      <div class="filter-row">
        <Search page="channels" label="Find channels by a part of their name" hint="Part of the name…" />
      </div>
      <ListFault snapshot={paged} onReload={list.reload} />
      {loaded === null && paged.name === 'loading' && <ListLoading />}
      {loaded?.total === 0 && <NoChannels text={text} />}
      {loaded && loaded.total > 0 && (
        <Table
          caption="Channels"
          columns={CHANNEL_COLUMNS}
          count={loaded.total}
          rowAt={index => loaded.rows[index - loaded.offset]}
          keyOf={nameOf}
          sort={sort}
          onSort={next => route(pageLink('channels', { ...query, sort: next }), true)}
          onRows={list.show}
        />
      )}
    </div>
  )
}

function nameOf({ name }: ChannelView): string {
  return name
}

function countWords(total: number, text: string): string {
  return text.trim() === '' ? formatPlural(total, 'channel') : `${formatPlural(total, 'channel')} found`
}

function NoChannels({ text }: { text: string }) {
  if (text.trim() === '') {
    return (
      <Notice kind="empty" title="No channels yet">
        <p>
          A channel exists when it is used.
          {mayWrite.value && (
            <>
              {' '}
              <a href={pageLink('publish', { channel: 'public:demo' })}>Publish</a> a first message to see
              one.
            </>
          )}
        </p>
      </Notice>
    )
  }
  return (
    <Notice kind="empty" title={`No channel has ${text} in its name`}>
      <p>
        It may be used later: <a href={pageLink('channel', { name: text })}>watch {text}</a>.
      </p>
    </Notice>
  )
}
