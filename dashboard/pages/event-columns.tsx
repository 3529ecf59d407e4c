// An event as a row: when, what, who, and why. What can be looked into is a link.

import type { KeptEvent } from '../../shared/kept-event.ts'
import { formatCount, formatDuration, formatInstant, formatMoment } from '../format.ts'
import type { Column } from '../parts/column.ts'
import { Status } from '../parts/status.tsx'
import { pageLink } from '../place.ts'
import { faultMs, wordsOf } from '../state/event-words.ts'
import { now } from '../state/now.ts'

/** `all`: the rows that the event stands among, for what spans two of them. */
export function eventColumns(all: () => readonly KeptEvent[]): readonly Column<KeptEvent>[] {
  return [
    { name: 'time', title: 'Time', class: 'event-time', cell: event => <Time event={event} /> },
    { name: 'what', title: 'What', class: 'event-what', isName: true, cell: event => <What event={event} /> },
    { name: 'who', title: 'Who', class: 'event-who', cell: event => <Who event={event} /> },
    { name: 'why', title: 'Details', class: 'event-why', cell: event => <Why event={event} all={all} /> },
  ]
}

function Time({ event }: { event: KeptEvent }) {
  return (
    <time dateTime={new Date(event.time).toISOString()} title={spanOf(event)}>
      {formatMoment(event.time, now.value)}
    </time>
  )
}

function spanOf({ time, lastTime }: KeptEvent): string {
  return lastTime === undefined ? formatInstant(time) : `${formatInstant(time)} to ${formatInstant(lastTime)}`
}

function What({ event }: { event: KeptEvent }) {
  const { severity, title } = wordsOf(event)
  return (
    <>
      <Status kind={severity}>{title}</Status>
      {event.count > 1 && (
        <span class="tag" title={spanOf(event)}>
          × {formatCount(event.count)}
        </span>
      )}
    </>
  )
}

function Who({ event }: { event: KeptEvent }) {
  const { user, connection, address, transport } = event
  const name = user ?? (connection === undefined ? undefined : 'anonymous')
  if (name === undefined && address === undefined) return <span class="faint">–</span>
  return (
    <>
      <span class="event-name">
        {user === undefined ? (
          <span class="faint">{name ?? 'not let in'}</span>
        ) : (
          <a class="quiet-link" href={pageLink('events', { user })} title={`All events of ${user}`}>
            {user}
          </a>
        )}
        {transport && <span class={`tag tag-${transport}`}>{transport === 'sse' ? 'SSE' : 'WebSocket'}</span>}
      </span>
      <span class="event-place">
        {connection && (
          <a class="quiet-link" href={pageLink('connection', { id: connection })}>
            <code>{connection}</code>
          </a>
        )}
        {address && (
          <a class="quiet-link" href={pageLink('events', { address })} title={`All events of ${address}`}>
            <code>{address}</code>
          </a>
        )}
      </span>
    </>
  )
}

function Why({ event, all }: { event: KeptEvent; all: () => readonly KeptEvent[] }) {
  const { message } = wordsOf(event)
  const lasted = faultMs(all(), event)
  return (
    <>
      {event.channel && (
        <a class="channel" href={pageLink('channel', { name: event.channel })}>
          {event.channel}
        </a>
      )}
      {message && (
        <span class={event.kind === 'connected' ? 'event-message faint' : 'event-message'} title={message}>
          {message}
          {lasted !== null && ` It could not be for ${formatDuration(lasted)}.`}
        </span>
      )}
    </>
  )
}
