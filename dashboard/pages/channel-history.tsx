// What a channel keeps, page by page back in time. The address holds the page, so that a link leads to it.

import type { RefObject } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { formatClock } from '../format.ts'
import { GapRow } from '../parts/gap-row.tsx'
import { ListFault, ListLoading } from '../parts/list-state.tsx'
import { MessageRow } from '../parts/message-row.tsx'
import { MomentFilter } from '../parts/moment-filter.tsx'
import { Notice } from '../parts/notice.tsx'
import { pageLink } from '../place.ts'
import { linkCount } from '../state/feed.ts'
import type { HistoryPage, HistoryPlace } from '../state/history.ts'
import { historyQuery, readHistoryPage } from '../state/history.ts'
import { explain, requestText } from '../state/request.ts'
import { newestTime } from '../state/tail.ts'
import type { Watch } from '../state/watch.ts'
import { PurgeChannel } from './purge-channel.tsx'

interface HistoryProps {
  name: string
  watch: Watch | null
  /** Whether the channel's rule keeps anything. */
  isKept: boolean
  /** For who may; asks first. */
  onDelete: ((id: string) => void) | undefined
}

type Reading =
  | { readonly name: 'loading'; readonly page: HistoryPage | null }
  | { readonly name: 'failed'; readonly page: null; readonly problem: string }
  | { readonly name: 'ready'; readonly page: HistoryPage }

export function ChannelHistory({ name, watch, isKept, onDelete }: HistoryProps) {
  const { query, route } = useLocation()
  const { before = '', since = '', until = '' } = query
  const [reading, reload] = useHistory(name, { before, since, until })
  const [purging, setPurging] = useState(false)
  const [done, setDone] = useState('')
  const { page } = reading
  const tail = watch?.tail.value
  const isNewest = before === '' && since === '' && until === ''
  const hasCome = isNewest && page !== null && tail && newestTime(tail) > (page.messages[0]?.time ?? 0)
  const deleted = new Set(tail?.deleted)
  const onPurged = (): void => {
    setDone(`Purged at ${formatClock(Date.now())}`)
    reload()
  }
  const section = useShownFromTop(`${before} ${since} ${until}`)
  return (
    <section ref={section} class="tail" aria-label="History">
      <div class="toolbar">
        <div class="filter-row">
          <Ways label="Pages of the history" name={name} page={page} />
          <MomentFilter
            until={until}
            onSet={moment => route(pageLink('channel', { name, tab: 'history', until: moment }))}
          />
        </div>
        <div class="tail-actions">
          <span class="done" role="status">
            {done}
          </span>
          <button type="button" class={hasCome ? 'button button-main' : 'button'} onClick={reload}>
            {hasCome ? 'Show new messages' : 'Refresh'}
          </button>
          {onDelete && (
            <button type="button" class="button button-danger" onClick={() => setPurging(true)}>
              Purge…
            </button>
          )}
        </div>
      </div>
      <ListFault snapshot={reading} onReload={reload} />
      {reading.name === 'loading' && page === null && <ListLoading />}
      {page?.messages.length === 0 && <NoMessages name={name} isNewest={isNewest} isKept={isKept} />}
      <ol class={reading.name === 'loading' ? 'tail-rows tail-rows-old' : 'tail-rows'}>
        {page?.gap && <GapRow gap={page.gap} />}
        {page?.messages.map(message => (
          <MessageRow
            key={message.id}
            message={message}
            text={message.text}
            class="tail-replayed"
            deleted={deleted.has(message.id)}
            onDelete={onDelete}
          />
        ))}
      </ol>
      {page && page.messages.length > 5 && (
        <Ways label="Pages of the history, at its end" name={name} page={page} />
      )}
      {purging && <PurgeChannel name={name} onPurged={onPurged} onClose={() => setPurging(false)} />}
    </section>
  )
}

/** Who goes on from the end of a page begins the next one at its top. */
function useShownFromTop(place: string): RefObject<HTMLElement | null> {
  const section = useRef<HTMLElement>(null)
  const known = useRef(place)
  useEffect(() => {
    const isCutOff = (section.current?.getBoundingClientRect().top ?? 0) < 0
    if (place !== known.current && isCutOff) section.current?.scrollIntoView()
    known.current = place
  }, [place])
  return section
}

function useHistory(name: string, { before, since, until }: HistoryPlace): [Reading, () => void] {
  const [reading, setReading] = useState<Reading>({ name: 'loading', page: null })
  const [turn, setTurn] = useState(0)
  const connected = linkCount.value
  useEffect(() => {
    let isCurrent = true
    setReading(({ page }) => ({ name: 'loading', page }))
    const place = { before, since, until }
    requestText('GET', `channels/${encodeURIComponent(name)}/messages?${historyQuery(place)}`)
      .then(text => readHistoryPage(text, place))
      .then(
        page => isCurrent && setReading({ name: 'ready', page }),
        error => isCurrent && setReading({ name: 'failed', page: null, problem: explain(error) }),
      )
    return () => {
      isCurrent = false
    }
  }, [name, before, since, until, turn, connected])
  return [reading, () => setTurn(turn + 1)]
}

/** To newer and older pages, and to the newest. */
function Ways({ label, name, page }: { label: string; name: string; page: HistoryPage | null }) {
  const link = (place: Partial<HistoryPlace>) => pageLink('channel', { name, tab: 'history', ...place })
  const [newest, oldest] = [page?.messages[0]?.id, page?.messages.at(-1)?.id]
  return (
    <nav class="ways" aria-label={label}>
      <Way label="Newest" href={page?.hasNewer ? link({}) : undefined} />
      <Way label="← Newer" href={page?.hasNewer && newest ? link({ since: newest }) : undefined} />
      <Way label="Older →" href={page?.hasOlder && oldest ? link({ before: oldest }) : undefined} />
    </nav>
  )
}

function Way({ label, href }: { label: string; href: string | undefined }) {
  if (href === undefined)
    return (
      <span class="button button-off" aria-disabled="true">
        {label}
      </span>
    )
  return (
    <a class="button" href={href}>
      {label}
    </a>
  )
}

function NoMessages({ name, isNewest, isKept }: { name: string; isNewest: boolean; isKept: boolean }) {
  if (!isKept) {
    return (
      <Notice kind="empty" title="This channel keeps no history">
        <p>Its rule says so: messages go to whoever listens at that moment. They pass in the live tail.</p>
      </Notice>
    )
  }
  if (isNewest) {
    return (
      <Notice kind="empty" title="Nothing is kept">
        <p>Messages stay here once they are published, as long as the channel’s rule says.</p>
      </Notice>
    )
  }
  return (
    <Notice kind="empty" title="Nothing is kept of this time">
      <p>
        What there was has left retention, or was deleted.{' '}
        <a href={pageLink('channel', { name, tab: 'history' })}>Go to the newest</a>
      </p>
    </Notice>
  )
}
