// What has happened: who came, who went and why, what was refused, and what went wrong; live, and back in time.

import { useEffect, useMemo } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import type { KeptEvent } from '../../shared/kept-event.ts'
import { formatCount, formatPlural } from '../format.ts'
import { ListLoading } from '../parts/list-state.tsx'
import { Notice } from '../parts/notice.tsx'
import { Older, PagedFault } from '../parts/older.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { Table } from '../parts/table.tsx'
import { apiQuery, filterOf } from '../state/event-log.ts'
import { watchEvents } from '../state/event-watch.ts'
import { eventColumns } from './event-columns.tsx'
import { EventFilters } from './event-filters.tsx'

export function EventsPage() {
  const { query } = useLocation()
  const filter = filterOf(query)
  const asked = apiQuery(filter)
  const watch = useMemo(() => watchEvents(filter), [asked])
  useEffect(() => watch.stop, [watch])
  const paged = watch.list.value.value
  const { rows, state } = paged
  const held = watch.held.value
  const columns = useMemo(() => eventColumns(() => watch.list.value.peek().rows), [watch])
  return (
    <div class="page">
      <PageHead title="Events">
        <p class="count">
          {state === 'ready' && rows.length > 0 && countWords(rows.length, paged.next !== undefined)}
        </p>
        <LiveSwitch isPaused={watch.isPaused.value} held={held} onChange={watch.pause} />
      </PageHead>
      <EventFilters query={query} filter={filter} />
      <PagedFault paged={paged} onReload={watch.list.reload} />
      {state === 'loading' && rows.length === 0 && <ListLoading />}
      {state === 'ready' && rows.length === 0 && (
        <NoEvents filtered={asked !== ''} isMore={paged.next !== undefined} />
      )}
      {rows.length > 0 && (
        <Table<KeptEvent>
          caption="Events, newest first"
          columns={columns}
          count={rows.length}
          rowAt={index => rows[index]}
          keyOf={({ id }) => String(id)}
          cards
        />
      )}
      <Older paged={paged} onOlder={watch.list.older} end="That is all that is kept." />
    </div>
  )
}

function countWords(count: number, isMore: boolean): string {
  return isMore ? `The newest ${formatPlural(count, 'line')}` : formatPlural(count, 'line')
}

interface LiveSwitchProps {
  isPaused: boolean
  held: number
  onChange: (isPaused: boolean) => void
}

/** One button: lines that move away under the pointer cannot be read. */
function LiveSwitch({ isPaused, held, onChange }: LiveSwitchProps) {
  return (
    <div class="head-end">
      <button
        type="button"
        class="button button-small"
        aria-pressed={isPaused}
        onClick={() => onChange(!isPaused)}
      >
        {isPaused ? `Resume${held > 0 ? ` and show ${formatCount(held)} new` : ''}` : 'Pause'}
      </button>
    </div>
  )
}

function NoEvents({ filtered, isMore }: { filtered: boolean; isMore: boolean }) {
  if (!filtered) {
    return (
      <Notice kind="empty" title="Nothing has happened yet">
        <p>The first connection shows up here by itself.</p>
      </Notice>
    )
  }
  return (
    <Notice kind="empty" title={isMore ? 'Nothing that fits among the newest' : 'Nothing that fits'}>
      <p>{isMore ? 'Older events have not been looked through yet.' : 'Take a filter away to see more.'}</p>
    </Notice>
  )
}
