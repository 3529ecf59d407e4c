// The overview's charts: a figure of this moment each, and how it came to that.

import type { ReadonlySignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import type { Stats } from '../../shared/stats.ts'
import {
  formatAge,
  formatBytes,
  formatCompact,
  formatCount,
  formatMilliseconds,
  formatRate,
} from '../format.ts'
import type { Line } from '../parts/chart.tsx'
import { Chart } from '../parts/chart.tsx'
import type { ColumnName, Series } from '../state/series.ts'

interface TileOptions {
  readonly title: string
  readonly unit?: string
  /** The value is a count over the span that the chart shows. */
  readonly isCount?: boolean
  readonly value: (stats: Stats, shown: Series) => string
  readonly note: (stats: Stats, shown: Series) => ComponentChildren
  readonly lines: readonly Line[]
  readonly format: (value: number) => string
  readonly isBytes?: boolean
}

const TILES: readonly TileOptions[] = [
  {
    title: 'Connections',
    value: ({ connections }) => formatCount(connections.websocket + connections.sse),
    note: ({ connections: { websocket, sse } }) => (
      <>
        <Ink name="copper">{formatCount(websocket)} WebSocket</Ink>
        <Ink name="slate">{formatCount(sse)} SSE</Ink>
      </>
    ),
    lines: [
      { ink: 'copper', column: 'websocket' },
      { ink: 'slate', column: 'sse' },
    ],
    format: formatCount,
  },
  {
    title: 'Messages in',
    unit: '/s',
    value: ({ published }) => formatCount(published.perSecond),
    note: ({ published }) => `${formatCount(published.total)} since start`,
    lines: [{ ink: 'copper', column: 'published' }],
    format: formatRate,
  },
  {
    title: 'Deliveries',
    unit: '/s',
    value: ({ delivered }) => formatCount(delivered.perSecond),
    note: ({ delivered }) => `${formatCount(delivered.total)} since start`,
    lines: [{ ink: 'copper', column: 'delivered' }],
    format: formatRate,
  },
  {
    title: 'Publish to commit, p99',
    unit: 'ms',
    value: ({ publishP99Ms }) => (publishP99Ms === null ? '–' : publishP99Ms.toFixed(1)),
    note: ({ publishP99Ms }) =>
      publishP99Ms === null ? 'no publish in the last second' : '99 of 100 are faster',
    lines: [{ ink: 'copper', column: 'publishP99Ms' }],
    format: formatMilliseconds,
  },
  {
    title: 'Event loop lag',
    unit: 'ms',
    value: ({ eventLoopLagMs }) => formatCount(eventLoopLagMs),
    note: () => 'over 100 ms, everyone waits',
    lines: [{ ink: 'copper', column: 'lagMs' }],
    format: formatMilliseconds,
  },
  {
    title: 'Memory',
    value: ({ memory }) => formatBytes(memory.rssBytes),
    note: ({ memory }) => `${formatBytes(memory.heapUsedBytes)} in the heap`,
    lines: [{ ink: 'copper', column: 'rssBytes' }],
    format: formatBytes,
    isBytes: true,
  },
  {
    title: 'Log',
    value: ({ log }) => formatBytes(log.bytes),
    note: ({ log, time }) =>
      log.oldestTime === null ? 'no messages kept' : `reaches back ${formatAge(time - log.oldestTime)}`,
    lines: [{ ink: 'copper', column: 'logBytes' }],
    format: formatBytes,
    isBytes: true,
  },
  {
    title: 'Resumed',
    isCount: true,
    value: (_, shown) => formatCount(sumOf(shown, 'recovered') + sumOf(shown, 'gaps')),
    note: (_, shown) => (
      <>
        <Ink name="slate">{formatCompact(sumOf(shown, 'recovered'))} whole</Ink>
        <Ink name="bad">{formatCompact(sumOf(shown, 'gaps'))} with a gap</Ink>
      </>
    ),
    lines: [
      { ink: 'slate', column: 'recovered' },
      { ink: 'bad', column: 'gaps' },
    ],
    format: formatCount,
  },
  {
    title: 'Disconnects',
    isCount: true,
    value: (_, shown) => formatCount(sumOf(shown, 'closed') + sumOf(shown, 'cut')),
    note: (_, shown) => (
      <>
        <Ink name="slate">{formatCompact(sumOf(shown, 'closed'))} by client</Ink>
        <Ink name="copper">{formatCompact(sumOf(shown, 'cut'))} by gateway</Ink>
      </>
    ),
    lines: [
      { ink: 'slate', column: 'closed' },
      { ink: 'copper', column: 'cut' },
    ],
    format: formatCount,
  },
]

function sumOf({ columns }: Series, name: ColumnName): number {
  return columns[name].reduce<number>((sum, count) => sum + (count ?? 0), 0)
}

function Ink({ name, children }: { name: Line['ink']; children: ComponentChildren }) {
  return (
    <span class={`ink ink-${name}`}>
      <i />
      <span>{children}</span>
    </span>
  )
}

interface TilesProps {
  stats: Stats | null
  source: ReadonlySignal<Series>
  /** What span the source covers. */
  span: string
}

export function Tiles(props: TilesProps) {
  return (
    <div class="tiles">
      {TILES.map(tile => (
        <Tile key={tile.title} tile={tile} {...props} />
      ))}
    </div>
  )
}

function Tile({ tile, stats, source, span }: TilesProps & { tile: TileOptions }) {
  const shown = source.value
  const value = stats ? tile.value(stats, shown) : '–'
  return (
    <section class="tile" aria-label={tile.title}>
      <h2>
        {tile.title}
        {tile.isCount && ` in ${span}`}
      </h2>
      <p class="tile-value">
        {value}
        {tile.unit && value !== '–' && <small>{tile.unit}</small>}
      </p>
      <p class="tile-note">{stats && tile.note(stats, shown)}</p>
      <Chart
        label={`${tile.title} over time`}
        source={source}
        lines={tile.lines}
        format={tile.format}
        isBytes={tile.isBytes}
      />
    </section>
  )
}
