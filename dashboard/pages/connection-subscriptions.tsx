// The channels of one connection: where it stands in each, and what it lacks.

import type { ConnectionDetail, SubscriptionView } from '../../shared/stats.ts'
import { formatCount } from '../format.ts'
import type { Column } from '../parts/column.ts'
import { Table } from '../parts/table.tsx'
import { pageLink } from '../place.ts'
import { behindTitle, behindWords } from './connections-table.tsx'

const COLUMNS: readonly Column<SubscriptionView>[] = [
  {
    name: 'channel',
    title: 'Channel',
    isName: true,
    class: 'cell-name',
    cell: ({ channel }) => (
      <a class="channel" href={pageLink('channel', { name: channel })} title={channel}>
        {channel}
      </a>
    ),
  },
  {
    name: 'rule',
    title: 'Rule',
    class: 'cell-spare',
    cell: ({ rule }) => <code title="The rule that applies">{rule}</code>,
  },
  {
    name: 'cursor',
    title: 'Cursor',
    cell: ({ cursor }) => <code title="Messages after this one follow">{cursor}</code>,
  },
  {
    name: 'behind',
    title: 'Behind by',
    isNumber: true,
    cell: ({ behind, replaying }) => (
      <span class={behind > 0 || replaying ? 'pending' : 'faint'} title={behindTitle(replaying)}>
        {behindWords(behind, replaying)}
      </span>
    ),
  },
]

export function ConnectionSubscriptions({ detail: { subscriptions } }: { detail: ConnectionDetail }) {
  return (
    <section class="connection-part">
      <h2>Subscriptions · {formatCount(subscriptions.length)}</h2>
      {subscriptions.length === 0 ? (
        <p class="quiet">It is subscribed to nothing.</p>
      ) : (
        <Table
          caption="Subscriptions"
          columns={COLUMNS}
          count={subscriptions.length}
          rowAt={index => subscriptions[index]}
          keyOf={({ channel }) => channel}
        />
      )}
    </section>
  )
}
