// Connections as a table; on narrow screens each row becomes a card.

import type { ConnectionView } from '../../shared/stats.ts'
import { formatAge, formatBytes, formatCount, formatMoment } from '../format.ts'
import { pageLink } from '../place.ts'
import { link } from '../state/feed.ts'
import { now } from '../state/now.ts'
import { mayWrite } from '../state/session.ts'

interface TableProps {
  connections: readonly ConnectionView[]
  onDisconnect: (connection: ConnectionView) => void
}

export function ConnectionsTable({ connections, onDisconnect }: TableProps) {
  return (
    <div class="table-frame">
      <table class="table table-cards">
        <caption class="unseen">Connections, newest first</caption>
        <thead>
          <tr>
            <th scope="col">Who</th>
            <th scope="col">Transport</th>
            <th scope="col">Address</th>
            <th scope="col">Channels</th>
            <th scope="col" class="number">
              Connected
            </th>
            <th scope="col" class="number">
              Messages
            </th>
            <th scope="col" class="number">
              Bytes
            </th>
            <th scope="col" class="number">
              Pending
            </th>
            <th scope="col">
              <span class="unseen">Action</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {connections.map(connection => (
            <Row key={connection.id} connection={connection} onDisconnect={onDisconnect} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Row({
  connection,
  onDisconnect,
}: { connection: ConnectionView } & Pick<TableProps, 'onDisconnect'>) {
  const { id, user, kind, transport, address, userAgent, since, messages, bytes, pendingBytes } = connection
  return (
    <tr>
      <th scope="row">
        <span class="who-cell" title={user}>
          {user ?? <span class="faint">{kind}</span>}
        </span>
        <code class="faint">{id}</code>
      </th>
      <td data-label="Transport">
        <span class={`tag tag-${transport}`}>{transport === 'sse' ? 'SSE' : 'WebSocket'}</span>
        {user && kind !== 'client' && <span class="tag">{kind}</span>}
      </td>
      <td data-label="Address" title={userAgent ? `${address}\n${userAgent}` : address}>
        <code class="address">{address}</code>
      </td>
      <td data-label="Channels" class="cell-channels">
        <ChannelLinks channels={connection.channels} />
      </td>
      <td data-label="Connected" class="number" title={formatMoment(since, now.value)}>
        {formatAge(now.value - since)}
      </td>
      <td data-label="Messages" class="number">
        {formatCount(messages)}
      </td>
      <td data-label="Bytes" class="number">
        {formatBytes(bytes)}
      </td>
      <td data-label="Pending" class={pendingClass(pendingBytes)}>
        {pendingBytes > 0 ? formatBytes(pendingBytes) : '–'}
      </td>
      <td class="cell-action">
        {isOwn(id) && <span class="faint">this page</span>}
        {!isOwn(id) && mayWrite.value && (
          <button
            type="button"
            class="button button-small"
            aria-label={`Disconnect ${user ?? kind} ${id}`}
            onClick={() => onDisconnect(connection)}
          >
            Disconnect
          </button>
        )}
      </td>
    </tr>
  )
}

// Less is a write in passing; a reader that falls behind holds most of a chunk of 64 KiB.
const SLOW_BYTES = 16 * 1024

function pendingClass(bytes: number): string {
  if (bytes === 0) return 'number faint'
  return bytes >= SLOW_BYTES ? 'number pending' : 'number'
}

/** Whether a connection is the dashboard's own, which it would only cut itself off with. */
function isOwn(id: string): boolean {
  return link.value.name === 'open' && link.value.connection === id
}

const CHANNELS_SHOWN = 2

/** One below the other, so that a row is as high with long names as with short ones. */
function ChannelLinks({ channels }: { channels: readonly string[] }) {
  if (channels.length === 0) return <span class="faint">none</span>
  const hidden = channels.slice(CHANNELS_SHOWN)
  return channels.slice(0, CHANNELS_SHOWN).map((name, index) => (
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
  ))
}
