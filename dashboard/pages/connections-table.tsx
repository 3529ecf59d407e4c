// Connections as a table of any length; on narrow screens each row becomes a card.

import { agentName } from '../../shared/user-agent.ts'
import { formatBytes, formatCount, formatMilliseconds } from '../format.ts'
import type { Column, Sort } from '../parts/column.ts'
import { Table } from '../parts/table.tsx'
import { When } from '../parts/when.tsx'
import { pageLink } from '../place.ts'
import type { ConnectionRow } from '../state/connections.ts'
import { link } from '../state/feed.ts'
import type { Loaded } from '../state/list-window.ts'
import { mayWrite } from '../state/session.ts'

interface TableProps {
  loaded: Loaded<ConnectionRow>
  sort: Sort
  onSort: (sort: Sort) => void
  onRows: (first: number, end: number) => void
  onDisconnect: (connection: ConnectionRow) => void
}

export function ConnectionsTable({ loaded, sort, onSort, onRows, onDisconnect }: TableProps) {
  const action: Column<ConnectionRow> = {
    name: 'action',
    title: 'Action',
    isUntitled: true,
    class: 'cell-action',
    cell: connection => <Action connection={connection} onDisconnect={onDisconnect} />,
  }
  return (
    <Table
      caption="Connections"
      columns={[...COLUMNS, action]}
      count={loaded.total}
      rowAt={index => loaded.rows[index - loaded.offset]}
      keyOf={({ id }) => id}
      sort={sort}
      onSort={onSort}
      onRows={onRows}
      cards
    />
  )
}

const COLUMNS: readonly Column<ConnectionRow>[] = [
  {
    name: 'user',
    class: 'col-who',
    title: 'User',
    below: { name: 'id', title: 'Id' },
    isName: true,
    isSortable: true,
    cell: connection => <Who connection={connection} />,
  },
  {
    name: 'address',
    class: 'col-address',
    title: 'Address',
    below: { name: 'browser', title: 'Browser' },
    isSortable: true,
    cell: ({ address, userAgent }) => (
      <>
        <code class="address" title={address}>
          {address}
        </code>
        <span class="address second" title={userAgent}>
          {userAgent === undefined ? '–' : agentName(userAgent)}
        </span>
      </>
    ),
  },
  {
    name: 'transport',
    class: 'col-transport',
    title: 'Transport',
    below: { name: 'roundTripMs', title: 'Round trip' },
    isSortable: true,
    cell: connection => (
      <>
        <span class={`tag tag-${connection.transport}`}>
          {connection.transport === 'sse' ? 'SSE' : 'WebSocket'}
        </span>
        <RoundTrip connection={connection} />
      </>
    ),
  },
  {
    name: 'channels',
    title: 'Channels',
    isSortable: true,
    class: 'cell-channels',
    cell: ({ channels }) => <ChannelLinks channels={channels} />,
  },
  {
    name: 'since',
    class: 'col-since',
    title: 'Connected',
    isSortable: true,
    isNumber: true,
    cell: ({ since }) => <When time={since} />,
  },
  {
    name: 'messages',
    class: 'col-sent',
    title: 'Messages',
    below: { name: 'bytes', title: 'Bytes' },
    isSortable: true,
    isNumber: true,
    cell: ({ messages, bytes }) => (
      <>
        {formatCount(messages)}
        <span class="second">{formatBytes(bytes)}</span>
      </>
    ),
  },
  {
    name: 'behind',
    class: 'col-behind',
    title: 'Behind by',
    below: { name: 'pendingBytes', title: 'Pending' },
    isSortable: true,
    isNumber: true,
    cell: ({ behind, replaying, pendingBytes }) => (
      <>
        <span class={behind > 0 || replaying ? 'pending' : 'faint'} title={behindTitle(replaying)}>
          {behindWords(behind, replaying)}
        </span>
        <span class={pendingBytes >= SLOW_BYTES ? 'second pending' : 'second'}>
          {pendingBytes > 0 ? formatBytes(pendingBytes) : '–'}
        </span>
      </>
    ),
  },
]

// Less is a write in passing; a reader that falls behind holds most of a chunk of 64 KiB.
const SLOW_BYTES = 16 * 1024

/** Messages a reader lacks; who reads from the log lacks more than can be counted. */
export function behindWords(behind: number, replaying: true | undefined): string {
  if (replaying) return `${formatCount(behind)}+`
  return behind === 0 ? '–' : formatCount(behind)
}

export function behindTitle(replaying: true | undefined): string {
  return replaying ? 'Messages: it reads from the log, which holds more of them' : 'Messages'
}

function RoundTrip({ connection: { transport, roundTripMs } }: { connection: ConnectionRow }) {
  if (roundTripMs !== undefined) return <span class="second">{formatMilliseconds(roundTripMs)}</span>
  return (
    <span class="second" title={noRoundTrip(transport)}>
      –
    </span>
  )
}

export function noRoundTrip(transport: ConnectionRow['transport']): string {
  return transport === 'sse'
    ? 'Readers of events answer nothing, so there is no round trip to measure'
    : 'Known after the first heartbeat'
}

function Who({ connection: { id, user, name, kind, isGone } }: { connection: ConnectionRow }) {
  return (
    <span class={isGone ? 'gone' : ''}>
      <a class="who-cell" href={pageLink('connection', { id })} title={user ?? name}>
        {user ?? (name === undefined ? kind : `${kind} ${name}`)}
      </a>
      <code class="second">{isGone ? 'ended' : id}</code>
    </span>
  )
}

interface ActionProps {
  connection: ConnectionRow
  onDisconnect: (connection: ConnectionRow) => void
}

function Action({ connection, onDisconnect }: ActionProps) {
  const { id, user, kind, isGone } = connection
  if (isOwn(id)) return <span class="faint">this page</span>
  if (!mayWrite.value || isGone) return null
  return (
    <button
      type="button"
      class="button button-small"
      aria-label={`Disconnect ${user ?? kind} ${id}`}
      onClick={() => onDisconnect(connection)}
    >
      Disconnect
    </button>
  )
}

/** Whether a connection is the dashboard's own, which it would only cut itself off with. */
export function isOwn(id: string): boolean {
  return link.value.name === 'open' && link.value.connection === id
}

const CHANNELS_SHOWN = 2

/** One below the other, so that a row is as high with long names as with short ones. */
function ChannelLinks({ channels }: { channels: readonly string[] }) {
  if (channels.length === 0) return <span class="faint">none</span>
  const hidden = channels.slice(CHANNELS_SHOWN)
  return (
    <>
      {channels.slice(0, CHANNELS_SHOWN).map((name, index) => (
        <span key={name}>
          <a class="channel" href={pageLink('channel', { name })} title={name}>
            {name}
          </a>
          {index === CHANNELS_SHOWN - 1 && hidden.length > 0 && (
            <span class="faint" title={hidden.join('\n')}>
              +{hidden.length}
            </span>
          )}
        </span>
      ))}
    </>
  )
}
