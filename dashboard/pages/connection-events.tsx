// What happened to one connection, from the records, and on as it happens.

import { useEffect, useMemo } from 'preact/hooks'
import type { KeptEvent } from '../../shared/kept-event.ts'
import { Older, PagedFault } from '../parts/older.tsx'
import { Table } from '../parts/table.tsx'
import { pageLink } from '../place.ts'
import { watchEvents } from '../state/event-watch.ts'
import { eventColumns } from './event-columns.tsx'

/** Who and from where is what the page is about. */
const COLUMNS = ['time', 'what', 'why']

export function ConnectionEvents({ id }: { id: string }) {
  const watch = useMemo(() => watchEvents({ connection: id }), [id])
  useEffect(() => watch.stop, [watch])
  const columns = useMemo(
    () => eventColumns(() => watch.list.value.peek().rows).filter(({ name }) => COLUMNS.includes(name)),
    [watch],
  )
  const paged = watch.list.value.value
  const { rows, state } = paged
  return (
    <section class="connection-part">
      <h2>
        Recent events · <a href={pageLink('events', { connection: id })}>in the log of events</a>
      </h2>
      <PagedFault paged={paged} onReload={watch.list.reload} />
      {state === 'ready' && rows.length === 0 && <p class="quiet">Nothing is kept of this connection.</p>}
      {rows.length > 0 && (
        <Table<KeptEvent>
          caption="Events of this connection, newest first"
          columns={columns}
          count={rows.length}
          rowAt={index => rows[index]}
          keyOf={event => String(event.id)}
          cards
        />
      )}
      {paged.next !== undefined && (
        <Older paged={paged} onOlder={watch.list.older} end="That is all that is kept." />
      )}
    </section>
  )
}
