// Which channels there are, active and stored ones: searched, sorted, and any number of them.

import { useEffect, useMemo, useRef } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { formatPlural } from '../format.ts'
import { Freshness, ListFault, ListLoading } from '../parts/list-state.tsx'
import { Notice } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { Search } from '../parts/search.tsx'
import { Table } from '../parts/table.tsx'
import { pageLink } from '../place.ts'
import type { ChannelView } from '../state/channels.ts'
import { applySubscriptions, channelsQuery } from '../state/channels.ts'
import { listFeed } from '../state/feed.ts'
import type { Paged, PagedList } from '../state/paged-list.ts'
import { createPagedList, rowAt } from '../state/paged-list.ts'
import { request } from '../state/request.ts'
import { mayWrite } from '../state/session.ts'
import { CHANNEL_COLUMNS } from './channel-columns.tsx'

export function ChannelsPage() {
  const { query, route } = useLocation()
  const { q: text = '', sort = 'name' } = query
  const list = useChannels(text, sort)
  const paged = list.value.value
  return (
    <div class="page">
      <PageHead title="Channels">
        <p class="count">{paged.total !== null && countWords(paged.total, text)}</p>
      </PageHead>
      <div class="toolbar">
        <Search page="channels" label="Find channels by a part of their name" hint="Part of the name…" />
        <Freshness snapshot={paged} onReload={list.reload} />
      </div>
      <ListFault snapshot={paged} onReload={list.reload} />
      {paged.name === 'loading' && paged.total === null && <ListLoading />}
      {paged.total === 0 && <NoChannels text={text} />}
      {paged.total !== null && paged.total > 0 && (
        <Table
          caption="Channels"
          columns={CHANNEL_COLUMNS}
          count={paged.total}
          rowAt={index => rowAt(paged, index)}
          keyOf={nameOf}
          sort={sort}
          onSort={next => route(pageLink('channels', { ...query, sort: next }), true)}
          onRows={list.want}
        />
      )}
    </div>
  )
}

function nameOf({ name }: ChannelView): string {
  return name
}

function useChannels(text: string, sort: string): PagedList<ChannelView> {
  const shown = useRef<Paged<ChannelView> | null>(null)
  const list = useMemo(() => {
    const load = async (offset: number, limit: number) => {
      const query = channelsQuery({ text, sort }, offset, limit)
      const answer = await request<{ channels: ChannelView[]; total: number }>('GET', `channels?${query}`)
      return { rows: answer.channels, total: answer.total }
    }
    return createPagedList({ load, apply: applySubscriptions }, listFeed, shown.current)
  }, [text, sort])
  useEffect(() => list.stop, [list])
  shown.current = list.value.value
  return list
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
