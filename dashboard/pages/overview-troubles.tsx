// What went wrong lately, from the events that are kept and on as it happens; each leads to its events.

import { useEffect, useMemo } from 'preact/hooks'
import { formatCount, formatInstant, formatMoment } from '../format.ts'
import { pageLink } from '../place.ts'
import { watchEvents } from '../state/event-watch.ts'
import { wordsOf } from '../state/event-words.ts'
import { now } from '../state/now.ts'
import type { Trouble } from '../state/troubles.ts'
import { gatherTroubles, TROUBLE_KINDS } from '../state/troubles.ts'

export function Troubles() {
  const watch = useMemo(() => watchEvents({ kinds: TROUBLE_KINDS }), [])
  useEffect(() => watch.stop, [watch])
  const { rows, state, problem } = watch.list.value.value
  const troubles = gatherTroubles(rows, now.value)
  return (
    <section class="panel troubles-panel" aria-busy={state === 'loading'}>
      <h2>Worth a look in 24 h</h2>
      {state === 'failed' && <p class="problem">{problem}</p>}
      {state === 'ready' && troubles.length === 0 && (
        <p class="quiet">Nothing. Refusals, gaps, storage faults and starts show up here.</p>
      )}
      <ol class="troubles" aria-label="Newest first">
        {troubles.map(trouble => (
          <TroubleLine key={trouble.event.id} {...trouble} />
        ))}
      </ol>
    </section>
  )
}

function TroubleLine({ event, times }: Trouble) {
  const { time, lastTime = time, kind, code, channel, user } = event
  const { severity, title, message } = wordsOf(event)
  const link = pageLink('events', { kind, code: code ?? '', channel: channel ?? '', user: user ?? '' })
  return (
    <li class={`trouble trouble-${severity}`}>
      <a class="quiet-link" href={link}>
        {title}
      </a>
      <time title={formatInstant(lastTime)}>{formatMoment(lastTime, now.value)}</time>
      <span>
        {times > 1 && <span class="times">×{formatCount(times)} </span>}
        {[user, channel, message].filter(Boolean).join(' – ')}
      </span>
    </li>
  )
}
