// Who is in a channel, where its rule has presence.

import { useEffect, useState } from 'preact/hooks'
import type { Presence } from '../../clients/js/connect.ts'
import { formatCount, formatPlural } from '../format.ts'
import type { Column } from '../parts/column.ts'
import { ListLoading } from '../parts/list-state.tsx'
import { Notice } from '../parts/notice.tsx'
import { Table } from '../parts/table.tsx'
import { pageLink } from '../place.ts'
import { link, linkCount, wire } from '../state/feed.ts'
import { layOutText } from '../state/json-layout.ts'
import { explain, request } from '../state/request.ts'
import type { RuleView } from '../state/rule-words.ts'

type Reading =
  | { readonly name: 'loading' }
  | { readonly name: 'failed'; readonly problem: string }
  | { readonly name: 'ready'; readonly presence: Presence }

const READ_AGAIN_MS = 5000
/** A crowd that comes in at once is one reading. */
const GATHER_MS = 300

/** `rule` is the channel's, once it is known. */
export function ChannelPresence({ name, rule }: { name: string; rule: RuleView | undefined }) {
  if (!rule) return <ListLoading />
  if (rule.presence) return <Present name={name} />
  return (
    <Notice kind="empty" title="Nobody counts who is here">
      <p>
        <code>presence: true</code> on the channel’s rule shows its users here, and tells subscribers who
        comes and goes.
      </p>
    </Notice>
  )
}

function Present({ name }: { name: string }) {
  const reading = usePresence(name)
  switch (reading.name) {
    case 'loading':
      return <ListLoading />
    case 'failed':
      return (
        <Notice kind="bad" title="Who is here could not be read">
          <p>{reading.problem}</p>
        </Notice>
      )
    case 'ready':
      return <Members presence={reading.presence} />
  }
}

function usePresence(name: string): Reading {
  const [reading, setReading] = useState<Reading>({ name: 'loading' })
  const client = wire.value
  const connected = linkCount.value
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let isCurrent = true
    const soon = (delayMs: number): void => {
      clearTimeout(timer)
      timer = setTimeout(() => void read(), delayMs)
    }
    const read = async (): Promise<void> => {
      const next = await readPresence(name)
      if (!isCurrent) return
      if (next.name === 'ready' || link.peek().name === 'open') setReading(next)
      soon(READ_AGAIN_MS)
    }
    const onMove = ({ channel }: { channel: string }): void => {
      if (channel === name) soon(GATHER_MS)
    }
    const stopJoins = client?.on('join', onMove)
    const stopLeaves = client?.on('leave', onMove)
    void read()
    return () => {
      isCurrent = false
      clearTimeout(timer)
      stopJoins?.()
      stopLeaves?.()
    }
  }, [name, client, connected])
  return reading
}

async function readPresence(name: string): Promise<Reading> {
  try {
    const presence = await request<Presence>('GET', `channels/${encodeURIComponent(name)}/presence`)
    return { name: 'ready', presence }
  } catch (error) {
    return { name: 'failed', problem: explain(error) }
  }
}

function Members({ presence }: { presence: Presence }) {
  const { members, anonymous, total = members.length } = presence
  return (
    <section class="tail" aria-label="Presence">
      <p class="quiet">
        {formatPlural(total, 'user')}
        {total > members.length && `, of whom ${formatCount(members.length)} are listed`}
        {anonymous > 0 && ` and ${formatPlural(anonymous, 'connection')} without a user`}
      </p>
      {members.length === 0 ? (
        <Notice kind="empty" title="No user is here">
          <p>Users appear here while they are subscribed with a token that names them.</p>
        </Notice>
      ) : (
        <Table<Member>
          caption="Users in the channel"
          columns={COLUMNS}
          count={members.length}
          rowAt={index => members[index]}
          keyOf={({ user }) => user}
        />
      )}
    </section>
  )
}

type Member = Presence['members'][number]

const COLUMNS: readonly Column<Member>[] = [
  {
    name: 'user',
    title: 'User',
    isName: true,
    cell: ({ user }) => (
      <a class="who-cell" href={pageLink('connections', { user })}>
        {user}
      </a>
    ),
  },
  {
    name: 'info',
    title: 'Info',
    class: 'cell-info',
    cell: ({ info }) =>
      info !== undefined && <code title={layOutText(JSON.stringify(info))}>{JSON.stringify(info)}</code>,
  },
  {
    name: 'connections',
    title: 'Connections',
    isNumber: true,
    cell: ({ connections }) =>
      connections > 0 ? formatCount(connections) : <span class="faint">just left</span>,
  },
]
