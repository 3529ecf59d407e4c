// Messages as they pass, newest on top, with what was missed said out loud.

import type { GapReason } from '../../shared/frames.ts'
import { formatCount, formatMoment, formatPlural } from '../format.ts'
import { liveness } from '../parts/link-state.tsx'
import { Notice } from '../parts/notice.tsx'
import { now } from '../state/now.ts'
import type { Row, Tail } from '../state/tail.ts'
import { TAIL_ROWS } from '../state/tail.ts'
import type { Watch } from '../state/watch.ts'

export function LiveTail({ watch }: { watch: Watch }) {
  const tail = watch.tail.value
  const problem = watch.problem.value
  return (
    <section class="tail" aria-label="Live tail">
      <div class="toolbar tail-bar">
        <h2>
          Live tail
          <span class="faint tail-count"> {countWords(tail)}</span>
        </h2>
        <div class="tail-actions">
          <button
            type="button"
            class={tail.paused ? 'button button-main' : 'button'}
            aria-pressed={tail.paused}
            onClick={() => watch.apply({ name: tail.paused ? 'resume' : 'pause' })}
          >
            {tail.paused ? 'Resume' : 'Pause'}
          </button>
          <button type="button" class="button" onClick={() => watch.apply({ name: 'clear' })}>
            Clear
          </button>
        </div>
      </div>
      {tail.paused && (
        <p class="tail-paused">
          Paused · {formatCount(tail.missed)} missed while paused
          {tail.missed > TAIL_ROWS && `, the last ${TAIL_ROWS} of them are kept`}
        </p>
      )}
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {tail.rows.length === 0 && !problem && (
        <Notice kind="empty" title="Nothing to show yet">
          <p>
            {liveness() === 'live'
              ? 'New messages appear here the moment they are published.'
              : 'Messages appear here when the gateway is reached again.'}
          </p>
        </Notice>
      )}
      <ol class="tail-rows">
        {tail.rows.toReversed().map(row => (
          <TailRow key={row.key} row={row} />
        ))}
      </ol>
    </section>
  )
}

function countWords(tail: Tail): string {
  if (tail.rows.length === 0) return ''
  return tail.rows.length >= TAIL_ROWS ? `the last ${TAIL_ROWS}` : formatPlural(tail.rows.length, 'row')
}

const GAP_WORDS: Record<GapReason, string> = {
  expired: 'messages have left retention before they could be read',
  reset: 'the log is a new one, older places in it mean nothing',
  slow: 'this reader was too slow, and retention has overtaken it',
  no_history: 'this channel keeps no history to fill the time that was missed',
}

function TailRow({ row }: { row: Row }) {
  if (row.kind === 'gap') {
    return (
      <li class="tail-gap">
        <strong>Gap</strong> {GAP_WORDS[row.gap.reason]}
      </li>
    )
  }
  const { id, time, event, user, replayed } = row.message
  return (
    <li class={replayed ? 'tail-row tail-replayed' : 'tail-row'}>
      <div class="tail-meta">
        <time title={new Date(time).toISOString()}>{formatMoment(time, now.peek())}</time>
        <span class={replayed ? 'tag' : 'tag tag-live'}>{replayed ? 'replayed' : 'live'}</span>
        {event !== undefined && <span class="tail-event">{event}</span>}
        {user !== undefined && <span>by {user}</span>}
        <code class="tail-id">{id ?? 'not stored'}</code>
      </div>
      <pre class="json">{row.text}</pre>
    </li>
  )
}
