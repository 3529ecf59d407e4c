// An event as a row: when, what, who, and why. What can be looked into is a link.

import type { KeptEvent } from '../../shared/kept-event.ts'
import { agentName } from '../../shared/user-agent.ts'
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
    {
      name: 'connection',
      title: 'Connection',
      class: 'event-place',
      cell: ({ connection }) => <Connection id={connection} />,
    },
    { name: 'address', title: 'Address', class: 'event-place', cell: event => <Address event={event} /> },
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

function Who({ event: { user, connection, transport, address } }: { event: KeptEvent }) {
  if (user !== undefined) {
    return (
      <a class="quiet-link" href={pageLink('events', { user })} title={`All events of ${user}`}>
        {user}
      </a>
    )
  }
  if (connection !== undefined) return <span class="faint">anonymous</span>
  if (address === undefined) return <span class="faint nothing">–</span>
  return <span class="faint">{transport ? 'not let in' : 'a request'}</span>
}

function Connection({ id }: { id: string | undefined }) {
  if (id === undefined) return <span class="faint nothing">–</span>
  return (
    <a class="quiet-link" href={pageLink('connection', { id })}>
      <code>{id}</code>
    </a>
  )
}

function Address({ event: { address } }: { event: KeptEvent }) {
  if (address === undefined) return <span class="faint nothing">–</span>
  return (
    <a class="quiet-link" href={pageLink('events', { address })} title={`All events of ${address}`}>
      <code>{address}</code>
    </a>
  )
}

function Why({ event, all }: { event: KeptEvent; all: () => readonly KeptEvent[] }) {
  const { message } = wordsOf(event)
  const { kind, channel, transport } = event
  const lasted = faultMs(all(), event)
  return (
    <>
      {channel && (
        <a class="channel" href={pageLink('channel', { name: channel })}>
          {channel}
        </a>
      )}
      {kind === 'connected' && transport ? (
        <span class="event-agent" title={message}>
          <span class={`tag tag-${transport}`}>{transport === 'sse' ? 'SSE' : 'WebSocket'}</span>{' '}
          <span class="faint">{agentName(message)}</span>
        </span>
      ) : (
        <span class="event-message">
          {message}
          {lasted !== null && ` It could not be for ${formatDuration(lasted)}.`}
          <Explain event={event} />
        </span>
      )}
    </>
  )
}

/** The same question to the explainer, where it has an answer: for a user without the grants of a token. */
function Explain({ event: { kind, code, channel, user } }: { event: KeptEvent }) {
  const isDecided = kind === 'refused' && (code === 'forbidden' || code === 'unauthorized')
  if (!isDecided || channel === undefined) return null
  const who = user === undefined ? {} : { who: 'user', name: user }
  return (
    <>
      {' '}
      <a href={pageLink('access', { tab: 'explain', channel, ...who })}>Explain</a>
    </>
  )
}
