// The audit log: who did what, when, and from where; back in time.

import { useEffect, useMemo } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { formatCount, formatInstant, formatMoment } from '../format.ts'
import type { Column } from '../parts/column.ts'
import { ChoiceFilter, TextFilter } from '../parts/filter.tsx'
import { ListLoading } from '../parts/list-state.tsx'
import { Notice } from '../parts/notice.tsx'
import { Older, PagedFault } from '../parts/older.tsx'
import { Status } from '../parts/status.tsx'
import { Table } from '../parts/table.tsx'
import { pageLink } from '../place.ts'
import type { AuditEntry } from '../state/audit.ts'
import { AUDIT_ACTIONS, auditSeverity } from '../state/audit.ts'
import { now } from '../state/now.ts'
import { createPaged } from '../state/paged.ts'
import { request } from '../state/request.ts'

const PAGE = 100

interface AuditFilter {
  actor: string
  action: string
}

function readAudit({ actor, action }: AuditFilter) {
  return createPaged<AuditEntry>(async before => {
    const given = { actor, action, before: String(before ?? ''), limit: String(PAGE) }
    const query = new URLSearchParams(Object.entries(given).filter(([, value]) => value !== ''))
    const { entries, next } = await request<{ entries: AuditEntry[]; next?: number }>('GET', `audit?${query}`)
    return { rows: entries, ...(next !== undefined && { next }) }
  })
}

export function AuditPart({ actor, action }: AuditFilter) {
  const list = useMemo(() => readAudit({ actor, action }), [actor, action])
  useEffect(() => list.stop, [list])
  const paged = list.value.value
  const { rows, state } = paged
  return (
    <>
      <AuditFilters actor={actor} action={action} onReload={list.reload} />
      <PagedFault paged={paged} onReload={list.reload} />
      {state === 'loading' && rows.length === 0 && <ListLoading />}
      {state === 'ready' && rows.length === 0 && (
        <Notice kind="empty" title="No entry fits">
          <p>Sign-ins, purges, disconnects, keys and what operators publish are written down here.</p>
        </Notice>
      )}
      {rows.length > 0 && (
        <Table<AuditEntry>
          caption="Audit log, newest first"
          columns={COLUMNS}
          count={rows.length}
          rowAt={index => rows[index]}
          keyOf={({ id }) => String(id)}
          cards
        />
      )}
      <Older paged={paged} onOlder={list.older} end="That is all that is kept." />
    </>
  )
}

const ACTIONS = [['', 'everything'] as const, ...Object.entries(AUDIT_ACTIONS)]

function AuditFilters({ actor, action, onReload }: AuditFilter & { onReload: () => void }) {
  const { route } = useLocation()
  const set = (name: string, value: string): void =>
    route(pageLink('access', { tab: 'audit', actor, action, [name]: value.trim() }), true)
  return (
    <div class="toolbar">
      <div class="filter-row">
        <ChoiceFilter name="action" label="What" options={ACTIONS} value={action} onSet={set} />
        <TextFilter name="actor" label="Who" rule="The whole name" value={actor} onSet={set} />
      </div>
      <button type="button" class="button" onClick={onReload}>
        Refresh
      </button>
    </div>
  )
}

const COLUMNS: readonly Column<AuditEntry>[] = [
  { name: 'time', title: 'Time', class: 'event-time', cell: entry => <Time {...entry} /> },
  { name: 'what', title: 'What', class: 'event-what', isName: true, cell: entry => <What {...entry} /> },
  { name: 'who', title: 'Who', class: 'audit-who', cell: entry => <Who {...entry} /> },
  { name: 'to', title: 'To what', class: 'event-why', cell: entry => <To {...entry} /> },
]

function Time({ time, lastTime }: AuditEntry) {
  const span =
    lastTime === undefined ? formatInstant(time) : `${formatInstant(time)} to ${formatInstant(lastTime)}`
  return (
    <time dateTime={new Date(time).toISOString()} title={span}>
      {formatMoment(time, now.value)}
    </time>
  )
}

function What({ action, count }: AuditEntry) {
  return (
    <>
      <Status kind={auditSeverity(action)}>{AUDIT_ACTIONS[action] ?? action}</Status>
      {count > 1 && <span class="tag">× {formatCount(count)}</span>}
    </>
  )
}

function Who({ actor, kind, address }: AuditEntry) {
  return (
    <>
      <span class="audit-name">
        <a class="quiet-link" href={pageLink('access', { tab: 'audit', actor })}>
          {actor}
        </a>
        {kind !== 'operator' && kind !== 'nobody' && kind !== actor && <span class="tag">{kind}</span>}
      </span>
      {address && <code class="audit-address">{address}</code>}
    </>
  )
}

function To({ target, detail }: AuditEntry) {
  if (target === undefined && detail === undefined) return <span class="faint nothing">–</span>
  return (
    <>
      {target && <code class="audit-target">{target}</code>}
      {detail && <span class="event-message">{detail}</span>}
    </>
  )
}
