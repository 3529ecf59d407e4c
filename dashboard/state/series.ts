// Figures over time as charts draw them: a quarter of an hour by the second, or a day by the minute. Pure: knows no chart.

import type { Stats } from '../../shared/stats.ts'

/** Seconds between two points. */
export type Step = 1 | 60

export type Column = (number | null)[]

const COLUMNS = [
  'websocket',
  'sse',
  'published',
  'delivered',
  'publishP99Ms',
  'lagMs',
  'rssBytes',
  'logBytes',
  'keptMs',
  'recovered',
  'gaps',
  'closed',
  'cut',
] as const

export type ColumnName = (typeof COLUMNS)[number]
export type Disconnects = Readonly<Record<string, number>>

/** One row per point; `time` is in seconds since 1970. A row of nulls is a hole in the line. */
export interface Series {
  readonly step: Step
  readonly time: number[]
  readonly columns: Readonly<Record<ColumnName, Column>>
  /** Connections ended, by code. */
  readonly disconnects: Disconnects[]
}

/** `time` in milliseconds since 1970, as the gateway tells it. */
export interface Point extends Readonly<Record<Exclude<ColumnName, 'closed' | 'cut'>, number | null>> {
  readonly time: number
  readonly disconnects: Disconnects
}

/** What `GET /api/figures` answers. */
export type FiguresAnswer = Readonly<Record<Exclude<ColumnName, 'closed' | 'cut'>, Column>> & {
  readonly time: readonly number[]
  readonly disconnects: Readonly<Record<string, readonly number[]>>
}

// A gateway that was just started fills its charts in minutes instead of drawing a dot at the end of an empty day.
const WINDOWS: Readonly<Record<Step, readonly number[]>> = {
  1: [2 * 60, 5 * 60, 15 * 60],
  60: [3600, 6 * 3600, 24 * 3600],
}

/** A silence longer than this is drawn as a hole, not as a line across it. */
const HOLE_SECONDS: Readonly<Record<Step, number>> = { 1: 5, 60: 150 }

export function createSeries(step: Step): Series {
  const columns = Object.fromEntries(COLUMNS.map(name => [name, []])) as unknown as Series['columns']
  return { step, time: [], columns, disconnects: [] }
}

/** How many seconds a chart shows: the smallest window that holds all rows. */
export function windowSeconds({ step, time }: Series): number {
  const held = (time.at(-1) ?? 0) - (time[0] ?? 0)
  return WINDOWS[step].find(window => held <= window) ?? widest(step)
}

function widest(step: Step): number {
  return WINDOWS[step].at(-1)!
}

/** Appends in place and drops what has left the widest window; older or equal times change nothing. */
export function appendPoint(series: Series, point: Point): void {
  const time = point.time / 1000
  const last = series.time.at(-1)
  if (last !== undefined && time <= last) return
  if (last !== undefined && time - last > HOLE_SECONDS[series.step]) appendHole(series, last + series.step)
  const ended = Object.values(point.disconnects).reduce((sum, count) => sum + count, 0)
  const closed = point.disconnects.closed ?? 0
  const row: Record<ColumnName, number | null> = { ...point, closed, cut: ended - closed }
  series.time.push(time)
  series.disconnects.push(point.disconnects)
  for (const name of COLUMNS) series.columns[name].push(row[name])
  const stale = series.time.findIndex(each => each >= time - widest(series.step))
  for (const rows of [series.time, series.disconnects, ...Object.values(series.columns)])
    rows.splice(0, stale)
}

function appendHole(series: Series, time: number): void {
  series.time.push(time)
  series.disconnects.push({})
  for (const column of Object.values(series.columns)) column.push(null)
}

/** A second's point; `before` are the figures of the second before, if they are known. */
export function pointOf(stats: Stats, before: Stats | null): Point {
  const { time, connections, published, delivered, memory, log, replay, disconnects } = stats
  // Counters begin anew with the process.
  const past = before && before.uptimeMs <= stats.uptimeMs ? before : null
  const since = before ? past : stats
  const ended = Object.entries(disconnects).map(([code, count]): [string, number] => [
    code,
    count - (since?.disconnects[code as 'closed'] ?? 0),
  ])
  return {
    time,
    websocket: connections.websocket,
    sse: connections.sse,
    published: published.perSecond,
    delivered: delivered.perSecond,
    publishP99Ms: stats.publishP99Ms,
    lagMs: stats.eventLoopLagMs,
    rssBytes: memory.rssBytes,
    logBytes: log.bytes,
    keptMs: log.oldestTime === null ? null : time - log.oldestTime,
    recovered: replay.recovered - (since?.replay.recovered ?? 0),
    gaps: replay.gaps - (since?.replay.gaps ?? 0),
    disconnects: Object.fromEntries(ended.filter(([, count]) => count > 0)),
  }
}

/** The gateway's own record, and after it what `live` has that is newer. */
export function joinSeries(step: Step, kept: FiguresAnswer, live: Series | null): Series {
  const series = createSeries(step)
  const codes = Object.keys(kept.disconnects)
  kept.time.forEach((time, index) => {
    const disconnects = Object.fromEntries(codes.map(code => [code, kept.disconnects[code]?.[index] ?? 0]))
    appendPoint(series, { ...rowAt(kept, index), time, disconnects })
  })
  live?.time.forEach((time, index) => {
    const disconnects = live.disconnects[index] ?? {}
    const isHole = live.columns.websocket[index] === null
    if (!isHole) appendPoint(series, { ...rowAt(live.columns, index), time: time * 1000, disconnects })
  })
  return series
}

type Row = Omit<Point, 'time' | 'disconnects'>

function rowAt(columns: Readonly<Record<keyof Row, Column>>, index: number): Row {
  const names = COLUMNS.filter(name => name !== 'closed' && name !== 'cut')
  return Object.fromEntries(names.map(name => [name, columns[name][index] ?? null])) as unknown as Row
}

/** How many connections ended in the rows of a series, by code. */
export function sumDisconnects({ disconnects }: Series): Disconnects {
  const total: Record<string, number> = {}
  for (const row of disconnects)
    for (const [code, count] of Object.entries(row)) total[code] = (total[code] ?? 0) + count
  return total
}
