// Who is connected, and the way to end it.

import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import type { ConnectionView } from '../../shared/stats.ts'
import { formatPlural } from '../format.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Freshness, ListFault, ListLoading } from '../parts/list-state.tsx'
import { Notice } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { Search } from '../parts/search.tsx'
import type { ConnectionsById } from '../state/connections.ts'
import { applyEvents, filterConnections } from '../state/connections.ts'
import { RequestError, request } from '../state/request.ts'
import { createLiveList } from '../state/snapshot.ts'
import { ConnectionsTable } from './connections-table.tsx'

// What a browser shows and filters without effort; a search by user or channel reaches the rest.
const LOADED = 1000
const ROWS = 200

async function load(): Promise<{ list: ConnectionsById; more: boolean }> {
  const answer = await request<{ connections: ConnectionView[]; next?: string }>(
    'GET',
    `connections?limit=${LOADED}`,
  )
  const list = new Map(answer.connections.map(connection => [connection.id, connection]))
  return { list, more: answer.next !== undefined }
}

export function ConnectionsPage() {
  const list = useMemo(() => createLiveList(load, applyEvents), [])
  useEffect(() => list.stop, [list])
  const text = useLocation().query.q ?? ''
  const [chosen, setChosen] = useState<ConnectionView | null>(null)
  const [rows, setRows] = useState(ROWS)
  const [done, setDone] = useState('')
  const snapshot = list.value.value
  const shown = snapshot.list ? filterConnections(snapshot.list, text) : []

  return (
    <div class="page">
      <PageHead title="Connections">
        <p class="count">
          {snapshot.list &&
            countWords(shown.length, snapshot.list.size, snapshot.name === 'ready' && snapshot.more)}
        </p>
        <p class="done" role="status">
          {done}
        </p>
      </PageHead>
      <div class="toolbar">
        <Search page="connections" label="Filter connections" hint="User, channel, address, transport…" />
        <Freshness snapshot={snapshot} onReload={list.reload} />
      </div>
      <ListFault snapshot={snapshot} onReload={list.reload} />
      {snapshot.list === null && snapshot.name === 'loading' && <ListLoading />}
      {snapshot.list && shown.length === 0 && <NoConnections filtered={text !== ''} />}
      {shown.length > 0 && <ConnectionsTable connections={shown.slice(0, rows)} onDisconnect={setChosen} />}
      {shown.length > rows && (
        <button type="button" class="button" onClick={() => setRows(rows + ROWS)}>
          Show {Math.min(ROWS, shown.length - rows)} more
        </button>
      )}
      {chosen && <ConfirmDisconnect connection={chosen} onDone={setDone} onClose={() => setChosen(null)} />}
    </div>
  )
}

function countWords(shown: number, loaded: number, more: boolean): string {
  const all = more ? `the first ${formatPlural(loaded, 'connection')}` : formatPlural(loaded, 'connection')
  return shown === loaded ? all : `${formatPlural(shown, 'match', 'matches')} in ${all}`
}

function NoConnections({ filtered }: { filtered: boolean }) {
  return filtered ? (
    <Notice kind="empty" title="No connection matches">
      <p>The filter looks at id, user, address, transport and channels.</p>
    </Notice>
  ) : (
    <Notice kind="empty" title="Nobody is connected">
      <p>The first WebSocket or EventSource shows up here by itself.</p>
    </Notice>
  )
}

interface ConfirmDisconnectProps {
  connection: ConnectionView
  /** Takes what was done, as a sentence. */
  onDone: (words: string) => void
  onClose: () => void
}

function ConfirmDisconnect({ connection, onDone, onClose }: ConfirmDisconnectProps) {
  const { id, user, kind, address } = connection
  const gone = useRef(false)

  async function disconnect(): Promise<void> {
    let words = `Disconnected ${user ?? kind} ${id}`
    try {
      await request('DELETE', `connections/${encodeURIComponent(id)}`)
    } catch (error) {
      if (!(error instanceof RequestError && error.status === 404)) throw error
      words = `${user ?? kind} ${id} had gone already`
    }
    gone.current = true
    onDone(words)
  }

  return (
    <Confirm
      title={`Disconnect ${user ?? 'this connection'}?`}
      action="Disconnect"
      onConfirm={disconnect}
      onClose={() => {
        onClose()
        // The row and its button go as well, and the focus would go with them.
        if (gone.current) document.getElementById('main')?.focus()
      }}
    >
      <p>
        <code>{id}</code> from {address} is told to stop and not to reconnect. Its other connections stay, and
        nothing keeps it from coming back with a new one.
      </p>
    </Confirm>
  )
}
