// Who is connected: thousands, filtered and sorted by the gateway, and the way to end one.

import { useEffect, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import type { ConnectionView } from '../../shared/stats.ts'
import { formatCount, formatPlural } from '../format.ts'
import { Freshness, ListFault, ListLoading } from '../parts/list-state.tsx'
import { Notice } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { pageLink } from '../place.ts'
import { connectionQuery, DEFAULT_SORT, isFiltered } from '../state/connection-query.ts'
import { CONNECTIONS_UPKEEP } from '../state/connections.ts'
import { figures } from '../state/feed.ts'
import { startList } from '../state/live-list.ts'
import { mayWrite } from '../state/session.ts'
import { ConnectionsFilters } from './connections-filters.tsx'
import { ConnectionsTable, isOwn } from './connections-table.tsx'
import { DisconnectOne, DisconnectUser } from './disconnect.tsx'

export function ConnectionsPage() {
  const [{ list, stop }] = useState(() => startList('connections', CONNECTIONS_UPKEEP))
  useEffect(() => stop, [stop])
  const { query, route } = useLocation()
  const asked = connectionQuery(query)
  useEffect(() => {
    list.ask(asked)
    // Another question begins at its first row.
    scrollTo({ top: 0 })
  }, [list, asked])
  const [chosen, setChosen] = useState<ConnectionView | null>(null)
  const [done, setDone] = useState('')
  const snapshot = list.value.value
  const loaded = snapshot.list

  return (
    <div class="page">
      <PageHead
        title="Connections"
        end={
          <Freshness
            snapshot={snapshot}
            pause={{
              isPaused: list.isHeld.value,
              onPause: isPaused => {
                list.isHeld.value = isPaused
              },
            }}
            onReload={() => list.reload()}
          />
        }
      >
        <p class="count">{loaded && countWords(loaded.total, isFiltered(query))}</p>
        <p class="done" role="status">
          {done}
        </p>
        {query.user && loaded && loaded.total > 0 && mayWrite.value && (
          <OfUser user={query.user} onDone={setDone} />
        )}
      </PageHead>
      <ConnectionsFilters />
      <ListFault snapshot={snapshot} onReload={() => list.reload()} />
      {loaded === null && snapshot.name === 'loading' && <ListLoading />}
      {loaded?.total === 0 && <NoConnections filtered={isFiltered(query)} />}
      {loaded && loaded.total > 0 && (
        <ConnectionsTable
          loaded={loaded}
          sort={query.sort || DEFAULT_SORT}
          onSort={sort => route(pageLink('connections', { ...query, sort }), true)}
          onRows={list.show}
          onDisconnect={setChosen}
        />
      )}
      {loaded?.total === 1 && isOwn(loaded.rows[0]?.id ?? '') && (
        <p class="list-end">Nobody else is connected. The first WebSocket or EventSource shows up here.</p>
      )}
      {chosen && <DisconnectOne connection={chosen} onDone={setDone} onClose={() => setChosen(null)} />}
    </div>
  )
}

function countWords(total: number, filtered: boolean): string {
  if (!filtered) return formatPlural(total, 'connection')
  const stats = figures.value
  const all = stats && stats.connections.websocket + stats.connections.sse
  const matches = formatPlural(total, 'match', 'matches')
  return all === null ? matches : `${matches} among ${formatCount(all)}`
}

function OfUser(props: { user: string; onDone: (words: string) => void }) {
  const [isAsking, setAsking] = useState(false)
  return (
    <>
      <button type="button" class="button button-small button-danger" onClick={() => setAsking(true)}>
        Disconnect {props.user} everywhere
      </button>
      {isAsking && <DisconnectUser {...props} onClose={() => setAsking(false)} />}
    </>
  )
}

function NoConnections({ filtered }: { filtered: boolean }) {
  return filtered ? (
    <Notice kind="empty" title="No connection matches">
      <p>
        Words are looked for in id, user, address, transport, browser and channels; the other filters want the
        whole name, or how the address begins. <a href={pageLink('connections')}>Show all connections</a>
      </p>
    </Notice>
  ) : (
    <Notice kind="empty" title="Nobody is connected">
      <p>The first WebSocket or EventSource shows up here by itself.</p>
    </Notice>
  )
}
