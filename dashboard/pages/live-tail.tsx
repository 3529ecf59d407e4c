// Messages as they pass, newest on top, with what was missed said out loud.

import { useMemo } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { formatCount, formatPlural } from '../format.ts'
import { GapRow } from '../parts/gap-row.tsx'
import { liveness } from '../parts/link-state.tsx'
import { MessageRow } from '../parts/message-row.tsx'
import { Notice } from '../parts/notice.tsx'
import { Search } from '../parts/search.tsx'
import type { Row, Tail } from '../state/tail.ts'
import { filterTail, TAIL_ROWS } from '../state/tail.ts'
import type { Watch } from '../state/watch.ts'

interface LiveTailProps {
  watch: Watch
  onDelete?: ((id: string) => void) | undefined
}

export function LiveTail({ watch, onDelete }: LiveTailProps) {
  const filter = useLocation().query.q ?? ''
  const tail = watch.tail.value
  const problem = watch.problem.value
  const rows = filterTail(tail.rows, filter).toReversed()
  return (
    <section class="tail" aria-label="Live tail">
      <div class="toolbar tail-bar">
        <Search page="channel" label="Filter the live tail" hint="Filter by data, event, user, id…" />
        <TailActions watch={watch} paused={tail.paused} count={countWords(tail, rows.length)} />
      </div>
      {tail.paused && (
        <p class="tail-paused" role="status">
          Paused · {formatCount(tail.missed)} missed while paused
          {tail.missed > TAIL_ROWS && `, the last ${TAIL_ROWS} of them are kept`}
        </p>
      )}
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {rows.length === 0 && !problem && <NothingYet isFiltered={tail.rows.length > 0} />}
      <ol class="tail-rows">
        {rows.map(row => (
          <TailRow key={row.key} row={row} onDelete={onDelete} />
        ))}
      </ol>
    </section>
  )
}

function TailActions({ watch, paused, count }: { watch: Watch; paused: boolean; count: string }) {
  return (
    <div class="tail-actions">
      <span class="faint tail-count">{count}</span>
      <button
        type="button"
        class={paused ? 'button button-main' : 'button'}
        aria-pressed={paused}
        onClick={() => watch.apply({ name: paused ? 'resume' : 'pause' })}
      >
        {paused ? 'Resume' : 'Pause'}
      </button>
      <button type="button" class="button" onClick={() => watch.apply({ name: 'clear' })}>
        Clear
      </button>
    </div>
  )
}

function NothingYet({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered)
    return (
      <Notice kind="empty" title="No message fits the filter">
        <p>Messages that do appear here the moment they are published.</p>
      </Notice>
    )
  return (
    <Notice kind="empty" title="Nothing to show yet">
      <p>
        {liveness() === 'live'
          ? 'New messages appear here the moment they are published.'
          : 'Messages appear here when the gateway is reached again.'}
      </p>
    </Notice>
  )
}

function countWords(tail: Tail, shown: number): string {
  if (shown < tail.rows.length) return `${formatCount(shown)} of ${formatCount(tail.rows.length)}`
  if (tail.rows.length === 0) return ''
  return tail.rows.length >= TAIL_ROWS ? `the last ${TAIL_ROWS}` : formatPlural(tail.rows.length, 'row')
}

function TailRow({ row, onDelete }: { row: Row; onDelete: LiveTailProps['onDelete'] }) {
  // The same element again is not looked at again: of 300 rows ten times a second, only new ones are drawn.
  return useMemo(() => {
    if (row.kind === 'gap') return <GapRow gap={row.gap} />
    const { replayed } = row.message
    return (
      <MessageRow
        message={row.message}
        text={row.text}
        class={replayed ? 'tail-replayed' : ''}
        tag={<span class={replayed ? 'tag' : 'tag tag-live'}>{replayed ? 'replayed' : 'live'}</span>}
        deleted={row.deleted ?? false}
        onDelete={onDelete}
      />
    )
  }, [row, onDelete])
}
