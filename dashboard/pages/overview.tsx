// What an operator wants to know first: does it run, how much, and is something wrong.

import type { ComponentChildren } from 'preact'
import type { Stats } from '../../shared/stats.ts'
import { formatBytes, formatCount, formatDuration, formatMilliseconds } from '../format.ts'
import type { Line } from '../parts/chart.tsx'
import { Chart } from '../parts/chart.tsx'
import { liveness } from '../parts/link-state.tsx'
import { Notice } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { figures, figuresProblem, series } from '../state/feed.ts'
import { Disconnects, LogFigures, Troubles } from './overview-panels.tsx'

const STATE_WORDS: Record<Stats['state'], string> = {
  ready: 'Ready',
  draining: 'Draining: new streams are turned away',
  unavailable: 'The log cannot be written: publishes are refused',
}

export function OverviewPage() {
  const stats = figures.value
  if (!stats && figuresProblem.value !== '') {
    return (
      <Notice kind="bad" title="No figures">
        <p>{figuresProblem.value}</p>
      </Notice>
    )
  }
  return (
    <div class="page">
      <PageHead title="Overview">
        <StateLine stats={stats} />
      </PageHead>
      <div class="overview">
        <Tiles stats={stats} />
        <Troubles />
      </div>
      <div class="panels">
        <Facts stats={stats} />
        <LogFigures stats={stats} />
        <Disconnects stats={stats} />
      </div>
    </div>
  )
}

function StateLine({ stats }: { stats: Stats | null }) {
  if (!stats) return <p class="state-line">Waiting for the first figures…</p>
  return (
    <p class={`state-line state-${stats.state}`}>
      <span class="state-badge">
        {liveness() !== 'live' && 'Last seen: '}
        {STATE_WORDS[stats.state]}
      </span>
      {stats.fault && <span>{stats.fault.message}</span>}
      <span>up {formatDuration(stats.uptimeMs)}</span>
      <span>version {stats.version}</span>
    </p>
  )
}

const DELIVERED: Line[] = [{ ink: 'copper', column: series.delivered }]
const PUBLISHED: Line[] = [{ ink: 'copper', column: series.published }]
const CONNECTIONS: Line[] = [
  { ink: 'copper', column: series.websocket },
  { ink: 'slate', column: series.sse },
]
const LAG: Line[] = [{ ink: 'copper', column: series.lag }]

function Tiles({ stats }: { stats: Stats | null }) {
  const total = stats ? stats.connections.websocket + stats.connections.sse : null
  return (
    <div class="tiles">
      <Tile
        title="Connections"
        value={total}
        note={stats && <Both {...stats.connections} />}
        lines={CONNECTIONS}
        format={formatCount}
      />
      <Tile
        title="Deliveries"
        unit="/s"
        value={stats?.delivered.perSecond ?? null}
        note={stats && `${formatCount(stats.delivered.total)} since start`}
        lines={DELIVERED}
        format={formatCount}
      />
      <Tile
        title="Messages in"
        unit="/s"
        value={stats?.published.perSecond ?? null}
        note={stats && `${formatCount(stats.published.total)} since start`}
        lines={PUBLISHED}
        format={formatCount}
      />
      <Tile
        title="Event loop lag"
        unit="ms"
        value={stats?.eventLoopLagMs ?? null}
        note="over 100 ms, everyone waits"
        lines={LAG}
        format={formatMilliseconds}
        digits={1}
      />
    </div>
  )
}

function Both({ websocket, sse }: Stats['connections']) {
  return (
    <>
      <span class="ink ink-copper">
        <i />
        <span>{formatCount(websocket)} WebSocket</span>
      </span>
      <span class="ink ink-slate">
        <i />
        <span>{formatCount(sse)} SSE</span>
      </span>
    </>
  )
}

interface TileProps {
  title: string
  unit?: string
  value: number | null
  note: ComponentChildren
  lines: readonly Line[]
  format: (value: number) => string
  digits?: number
}

function Tile({ title, unit, value, note, lines, format, digits = 0 }: TileProps) {
  return (
    <section class="tile" aria-label={title}>
      <h2>{title}</h2>
      <p class="tile-value">
        {value === null ? '–' : digits > 0 ? value.toFixed(digits) : formatCount(value)}
        {unit && <small>{unit}</small>}
      </p>
      <Chart label={title} note={note} lines={lines} format={format} />
    </section>
  )
}

function Facts({ stats }: { stats: Stats | null }) {
  const facts: [string, string | null][] = [
    ['Subscriptions', stats && formatCount(stats.subscriptions)],
    ['Active channels', stats && formatCount(stats.activeChannels)],
    ['Memory', stats && formatBytes(stats.memory.rssBytes)],
    ['Heap in use', stats && formatBytes(stats.memory.heapUsedBytes)],
    ['Resumed without loss', stats && formatCount(stats.replay.recovered)],
    ['Resumed with a gap', stats && formatCount(stats.replay.gaps)],
  ]
  return (
    <section class="panel">
      <h2>Now</h2>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value ?? '–'}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
