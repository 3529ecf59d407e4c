// Many seconds' figures as those of one minute. Pure: knows no database.

import type { FigurePoint } from '../core/figure-store.ts'

/**
 * Rates and what is there are averaged, counts added up, and of what hurts the worst is kept: a minute must not hide
 * the second in which everyone waited. `points` are in order, and at least one.
 */
export function foldPoints(time: number, points: readonly FigurePoint[]): FigurePoint {
  const last = points.at(-1)!
  const of = (name: NumberName): number[] => points.map(point => point[name])
  const waits = points.flatMap(({ publishP99Ms }) => publishP99Ms ?? [])
  return {
    time,
    websocket: Math.round(mean(of('websocket'))),
    sse: Math.round(mean(of('sse'))),
    published: roundRate(mean(of('published'))),
    delivered: roundRate(mean(of('delivered'))),
    publishP99Ms: waits.length === 0 ? null : Math.max(...waits),
    lagMs: Math.max(...of('lagMs')),
    rssBytes: Math.max(...of('rssBytes')),
    logBytes: last.logBytes,
    keptMs: last.keptMs,
    recovered: sum(of('recovered')),
    gaps: sum(of('gaps')),
    disconnects: sumByCode(points),
  }
}

type NumberName = Exclude<keyof FigurePoint, 'publishP99Ms' | 'keptMs' | 'disconnects'>

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length
}

/** A message an hour is seen too. */
function roundRate(perSecond: number): number {
  return Math.round(perSecond * 1000) / 1000
}

function sumByCode(points: readonly FigurePoint[]): FigurePoint['disconnects'] {
  const total: Record<string, number> = {}
  for (const { disconnects } of points)
    for (const [code, count] of Object.entries(disconnects)) total[code] = (total[code] ?? 0) + count
  return total
}
