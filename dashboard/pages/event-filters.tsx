// What of the events is shown: the address holds it, so that a view can be sent to somebody.

import { useLocation } from 'preact-iso'
import type { EventFilter } from '../../shared/event-filter.ts'
import type { EventKind } from '../../shared/kept-event.ts'
import { Choice, Choices } from '../parts/choices.tsx'
import { Icon } from '../parts/icon.tsx'
import { MomentFilter } from '../parts/moment-filter.tsx'
import { Search } from '../parts/search.tsx'
import { pageLink } from '../place.ts'
import { toggleKind } from '../state/event-log.ts'

const KINDS: readonly { kind: EventKind; label: string }[] = [
  { kind: 'connected', label: 'Connects' },
  { kind: 'disconnected', label: 'Disconnects' },
  { kind: 'refused', label: 'Refusals' },
  { kind: 'gap', label: 'Gaps' },
  { kind: 'storage', label: 'Storage' },
  { kind: 'started', label: 'Starts' },
]

const SINGLE = ['code', 'user', 'connection', 'address', 'channel'] as const

export function EventFilters({ query, filter }: { query: Record<string, string>; filter: EventFilter }) {
  const { route } = useLocation()
  const { kinds = [] } = filter
  const isLimits = query.code === 'rate_limited'
  const go = (changed: Record<string, string>) => route(pageLink('events', { ...query, ...changed }), true)
  return (
    <div class="filter-row">
      <Search page="events" label="Find events" hint="Channel, user, address, reason…" />
      <MomentFilter until={query.until} onSet={until => go({ until })} />
      <Choices label="Kinds of events">
        <Choice
          label="All"
          isOn={kinds.length === 0 && !isLimits}
          onClick={() => go({ kind: '', code: '' })}
        />
        {KINDS.map(({ kind, label }) => (
          <Choice
            key={kind}
            label={label}
            isOn={kinds.includes(kind) && !isLimits}
            onClick={() => go({ kind: toggleKind(isLimits ? [] : kinds, kind), code: '' })}
          />
        ))}
        <Choice
          label="Rate limits"
          isOn={isLimits}
          onClick={() => go(isLimits ? { code: '' } : { kind: '', code: 'rate_limited' })}
        />
      </Choices>
      {SINGLE.filter(name => query[name] && !(name === 'code' && isLimits)).map(name => (
        <button
          key={name}
          type="button"
          class="chip"
          aria-label={`Remove the filter ${name} ${query[name]}`}
          onClick={() => go({ [name]: '' })}
        >
          <span>
            {name} <strong>{query[name]}</strong>
          </span>
          <Icon name="close" />
        </button>
      ))}
    </div>
  )
}
