// The columns of the list of channels. Knows no list.

import { formatBytes, formatCount, formatPace } from '../format.ts'
import type { Column } from '../parts/column.ts'
import { When } from '../parts/when.tsx'
import { pageLink } from '../place.ts'
import type { ChannelView } from '../state/channels.ts'

export const CHANNEL_COLUMNS: readonly Column<ChannelView>[] = [
  {
    name: 'name',
    title: 'Channel',
    isName: true,
    isSortable: true,
    class: 'cell-name',
    cell: ({ name }) => (
      <a class="channel" title={name} href={pageLink('channel', { name })}>
        {name}
      </a>
    ),
  },
  {
    name: 'subscribers',
    title: 'Subscribers',
    isNumber: true,
    isSortable: true,
    cell: ({ subscribers }) => <Figure value={subscribers} text={formatCount(subscribers)} />,
  },
  {
    name: 'perSecond',
    title: 'Per second',
    isNumber: true,
    isSortable: true,
    class: 'cell-roomy cell-figure',
    cell: ({ perSecond }) => <Figure value={perSecond} text={formatPace(perSecond)} />,
  },
  {
    name: 'messages',
    title: 'Kept',
    isNumber: true,
    isSortable: true,
    class: 'cell-spare cell-figure',
    cell: ({ messages }) => <Figure value={messages} text={formatCount(messages)} />,
  },
  {
    name: 'bytes',
    title: 'Size',
    isNumber: true,
    isSortable: true,
    class: 'cell-roomy cell-figure',
    cell: ({ bytes }) => <Figure value={bytes} text={formatBytes(bytes)} />,
  },
  {
    name: 'last',
    title: 'Last',
    isNumber: true,
    isSortable: true,
    class: 'cell-last',
    cell: ({ last }) => (last === undefined ? <span class="faint">–</span> : <When time={last} />),
  },
  {
    name: 'match',
    title: 'Rule',
    class: 'cell-roomy cell-rule',
    cell: ({ match }) => (
      <code class="channel quiet" title={match}>
        {match}
      </code>
    ),
  },
]

/** Nothing is written faintly: what is there stands out. */
function Figure({ value, text }: { value: number; text: string }) {
  return <span class={value === 0 ? 'faint' : ''}>{text}</span>
}
