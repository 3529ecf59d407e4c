// What has happened: who came, who went and why, what was refused, and what went wrong; live, and back in time.

import { useEffect, useMemo, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import type { KeptEvent } from '../../shared/kept-event.ts'
import { formatPlural } from '../format.ts'
import { ListLoading, PauseButton } from '../parts/list-state.tsx'
import { Notice } from '../parts/notice.tsx'
import { Older, PagedFault } from '../parts/older.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { Table } from '../parts/table.tsx'
import { apiQuery, filterOf } from '../state/event-log.ts'
import type { EventWatch } from '../state/event-watch.ts'
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
  const isAway = useHoldWhileAway(watch)
  const columns = useMemo(() => eventColumns(() => watch.list.value.peek().rows), [watch])
  return (
    <div class="page">
      <PageHead title="Events" end={<PauseButton isPaused={watch.isPaused.value} onPause={watch.pause} />}>
        <p class="count">
          {state === 'ready' &&
            rows.length > 0 &&
            countWords(rows.length, paged.next !== undefined && !filter.until)}
        </p>
      </PageHead>
      <EventFilters query={query} filter={filter} />
      <PagedFault paged={paged} onReload={watch.list.reload} />
      <div>
        <HeldLines held={watch.held.value} isAway={isAway} onShow={() => watch.pause(false)} />
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
      </div>
      <Older paged={paged} onOlder={watch.list.older} end="That is all that is kept." />
    </div>
  )
}

function countWords(count: number, isNewest: boolean): string {
  return isNewest ? `The newest ${formatPlural(count, 'line')}` : formatPlural(count, 'line')
}

/** Far enough down that a line on top would push away what is being read. */
const AWAY_PX = 200

/** Holds new lines back while the page is scrolled down, and shows them at its top; says whether it does. */
function useHoldWhileAway(watch: EventWatch): boolean {
  const [isAway, setAway] = useState(false)
  useEffect(() => {
    let isMine = false
    const look = (): void => {
      const isDown = scrollY > AWAY_PX
      if (isDown && !watch.isPaused.peek()) isMine = true
      else if (isDown || !isMine) return
      else isMine = false
      watch.pause(isMine)
      setAway(isMine)
    }
    look()
    addEventListener('scroll', look, { passive: true })
    return () => {
      removeEventListener('scroll', look)
      setAway(false)
    }
  }, [watch])
  return isAway
}

/** Over the list: it is as far down as whoever reads it. */
function HeldLines({ held, isAway, onShow }: { held: number; isAway: boolean; onShow: () => void }) {
  if (held === 0) return null
  return (
    <div class="held">
      <button
        type="button"
        class="button button-main"
        onClick={() => {
          // At the top they show by themselves.
          if (isAway) scrollTo({ top: 0 })
          else onShow()
        }}
      >
        Show {formatPlural(held, 'new line')}
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
