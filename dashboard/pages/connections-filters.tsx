// What narrows the list of connections down. All of it lives in the address, so that a filtered view can be sent.

import { useEffect, useId, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
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
        <FilterField key={field.name} {...field} value={query[field.name] ?? ''} onSet={set} />
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

interface FilterProps {
  value: string
  onSet: (name: string, value: string) => void
}

/** Takes effect when it is left or entered: half a name matches nobody. */
function FilterField({
  name,
  label,
  rule,
  value,
  onSet,
}: FilterProps & { name: string; label: string; rule: string }) {
  const id = useId()
  // The page is drawn anew each second, which must not take back what is being typed.
  const [draft, setDraft] = useState(value)
  useEffect(() => setDraft(value), [value])
  return (
    <div class={value === '' ? 'filter' : 'filter filter-set'}>
      <label for={id}>{label}</label>
      <input
        id={id}
        type="search"
        value={draft}
        placeholder="any"
        title={rule}
        autocomplete="off"
        spellcheck={false}
        onChange={event => onSet(name, event.currentTarget.value)}
        onInput={event => {
          const text = event.currentTarget.value
          setDraft(text)
          // The cross in the field, which changes nothing until it is left.
          if (text === '') onSet(name, '')
        }}
      />
    </div>
  )
}

interface ChoiceProps {
  name: string
  label: string
  /** By value; the empty one is what counts without any. */
  options: readonly (readonly [value: string, label: string])[]
  value: string | undefined
  onSet: (name: string, value: string) => void
}

function ChoiceFilter({ name, label, options, value = '', onSet }: ChoiceProps) {
  const id = useId()
  return (
    <div class={`filter filter-${name}${value === '' ? '' : ' filter-set'}`}>
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={event => onSet(name, event.currentTarget.value)}>
        {options.map(([each, words]) => (
          <option key={each} value={each}>
            {words}
          </option>
        ))}
      </select>
    </div>
  )
}
