// What narrows the list of connections down. All of it lives in the address, so that a filtered view can be sent.

import { useLocation } from 'preact-iso'
import { ChoiceFilter, TextFilter } from '../parts/filter.tsx'
import { Search } from '../parts/search.tsx'
import { pageLink } from '../place.ts'

const EXACT = [
  { name: 'user', label: 'User', rule: 'The whole name' },
  { name: 'channel', label: 'Channel', rule: 'The whole name' },
  { name: 'address', label: 'Address', rule: 'How it begins: 192.0.2. for a network' },
] as const

const TRANSPORTS = [
  ['', 'any'],
  ['websocket', 'WebSocket'],
  ['sse', 'SSE'],
] as const

/** For where there are no heads of columns to press. */
const SORTS = [
  ['', 'newest first'],
  ['since', 'oldest first'],
  ['user', 'user'],
  ['address', 'address'],
  ['browser', 'browser'],
  ['transport', 'transport'],
  ['-channels', 'most channels'],
  ['-messages', 'most messages'],
  ['-bytes', 'most bytes'],
  ['-pendingBytes', 'most bytes pending'],
  ['-behind', 'furthest behind'],
  ['-roundTripMs', 'longest round trip'],
] as const

export function ConnectionsFilters() {
  const { query, route } = useLocation()
  const set = (name: string, value: string): void => {
    // The address as it is now: on a busy page the one drawn may be a filter behind.
    const current = Object.fromEntries(new URLSearchParams(location.search))
    route(pageLink('connections', { ...current, [name]: value.trim() }), true)
  }
  return (
    <div class="filters">
      <Search page="connections" label="Search connections" hint="User, channel, address, browser…" />
      {EXACT.map(field => (
        <TextFilter key={field.name} {...field} value={query[field.name]} onSet={set} />
      ))}
      <ChoiceFilter
        name="transport"
        label="Transport"
        options={TRANSPORTS}
        value={query.transport}
        onSet={set}
      />
      <ChoiceFilter name="sort" label="Sort by" options={SORTS} value={query.sort} onSet={set} />
    </div>
  )
}
