// The figures of the last quarter of an hour, as charts draw them. Pure: knows no chart.

import type { Stats } from '../../shared/stats.ts'

export const WINDOW_SECONDS = 15 * 60

// A page that was just opened fills its charts in minutes instead of drawing a dot at the end of an empty quarter.
const WINDOW_STEPS = [120, 300, WINDOW_SECONDS]

/** A silence longer than this is drawn as a hole, not as a line across it. */
const HOLE_SECONDS = 5

export type Column = (number | null)[]

/** One column per figure, one row per second; `time` is in seconds since 1970. */
export interface Series {
  readonly time: number[]
  readonly websocket: Column
  readonly sse: Column
  readonly published: Column
  readonly delivered: Column
  readonly lag: Column
}

export function createSeries(): Series {
  return { time: [], websocket: [], sse: [], published: [], delivered: [], lag: [] }
}

/** How many seconds a chart shows: the smallest step that holds all rows. */
export function windowSeconds({ time }: Series): number {
  const held = (time.at(-1) ?? 0) - (time[0] ?? 0)
  return WINDOW_STEPS.find(step => held <= step) ?? WINDOW_SECONDS
}

/** Appends a second's figures in place and drops what has left the window; older or equal times change nothing. */
export function appendFigures(series: Series, stats: Stats): void {
  const time = stats.time / 1000
  const last = series.time.at(-1)
  if (last !== undefined && time <= last) return
  if (last !== undefined && time - last > HOLE_SECONDS)
    appendRow(series, last + 1, [null, null, null, null, null])
  const { connections, published, delivered, eventLoopLagMs } = stats
  const row = [
    connections.websocket,
    connections.sse,
    published.perSecond,
    delivered.perSecond,
    eventLoopLagMs,
  ]
  appendRow(series, time, row)
  const stale = series.time.findIndex(each => each >= time - WINDOW_SECONDS)
  for (const column of [series.time, ...columnsOf(series)]) column.splice(0, stale)
}

function appendRow(series: Series, time: number, row: readonly (number | null)[]): void {
  series.time.push(time)
  columnsOf(series).forEach((column, index) => {
    column.push(row[index] ?? null)
  })
}

function columnsOf({ websocket, sse, published, delivered, lag }: Series): Column[] {
  return [websocket, sse, published, delivered, lag]
}
