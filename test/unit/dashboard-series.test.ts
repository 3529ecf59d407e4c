// The charts' figures and what they say of the gateway's health, without a page.

import { expect, test } from 'vitest'
import { formatCompactBytes, formatRate } from '../../dashboard/format.ts'
import { describeWell, findTrouble, worstOf } from '../../dashboard/state/health.ts'
import type { FiguresAnswer, Point, Series } from '../../dashboard/state/series.ts'
import {
  appendPoint,
  createSeries,
  joinSeries,
  pointOf,
  sumDisconnects,
  windowSeconds,
} from '../../dashboard/state/series.ts'
import type { Stats } from '../../shared/stats.ts'

const QUARTER_SECONDS = 15 * 60

function stats(seconds: number, more: Partial<Stats> = {}): Stats {
  return {
    time: seconds * 1000,
    version: '1',
    state: 'ready',
    uptimeMs: seconds * 1000,
    connections: { websocket: seconds, sse: 1 },
    subscriptions: 0,
    activeChannels: 0,
    published: { total: 0, perSecond: 0 },
    delivered: { total: 0, perSecond: 0 },
    publishP99Ms: null,
    replay: { recovered: 0, gaps: 0 },
    disconnects: {},
    log: { epoch: 'k3f9x2ab', head: 1, messages: 1, bytes: 20, maxBytes: 40, oldestTime: null },
    memory: { rssBytes: 9, heapUsedBytes: 1 },
    eventLoopLagMs: 0,
    ...more,
  }
}

const point = (seconds: number, more: Partial<Point> = {}): Point => ({
  ...pointOf(stats(seconds), null),
  ...more,
})

function seriesOf(...points: Point[]): Series {
  const series = createSeries(1)
  for (const each of points) appendPoint(series, each)
  return series
}

/** As the gateway would answer with these points. */
function keptOf(...points: Point[]): FiguresAnswer {
  const { columns, time } = seriesOf(...points)
  const closed = points.map(({ disconnects }) => disconnects.closed ?? 0)
  return { ...columns, time: time.map(seconds => seconds * 1000), disconnects: { closed } }
}

test('series hold one window, in order, all columns alike', () => {
  const series = createSeries(1)
  for (let second = 0; second < QUARTER_SECONDS * 2; second += 1) appendPoint(series, point(second))
  expect(series.time).toHaveLength(QUARTER_SECONDS + 1)
  expect(series.columns.websocket).toEqual(series.time)
  expect(series.disconnects).toHaveLength(QUARTER_SECONDS + 1)
  appendPoint(series, point(3))
  expect(series.time).toHaveLength(QUARTER_SECONDS + 1)
})

test('a chart shows the smallest window that holds what there is', () => {
  const series = createSeries(1)
  const widths = [0, 120, 121, 300, 301, QUARTER_SECONDS * 3].map(second => {
    appendPoint(series, point(second))
    return windowSeconds(series)
  })
  expect(windowSeconds(createSeries(1))).toBe(120)
  expect(widths.slice(0, 5)).toEqual([120, 120, 300, 300, QUARTER_SECONDS])
  expect(windowSeconds(createSeries(60))).toBe(3600)
})

test('a silence becomes a hole in the line, sooner by the second than by the minute', () => {
  const series = seriesOf(point(1), point(2), point(30))
  expect(series.time).toEqual([1, 2, 3, 30])
  expect(series.columns.websocket).toEqual([1, 2, null, 30])
  const minutes = createSeries(60)
  for (const second of [60, 120, 360]) appendPoint(minutes, point(second))
  expect(minutes.columns.websocket).toEqual([60, 120, null, 360])
})

test('what the gateway kept comes first, then what is newer here, each second once', () => {
  const live = seriesOf(point(9), point(10), point(11), point(40, { disconnects: { kicked: 2 } }))
  const kept = keptOf(
    point(8, { disconnects: { closed: 3 } }),
    point(9),
    point(10, { recovered: 4 }),
    point(14),
  )
  const joined = joinSeries(1, kept, live)
  expect(joined.time).toEqual([8, 9, 10, 14, 15, 40])
  expect(joined.columns.recovered).toEqual([0, 0, 4, 0, null, 0])
  expect(joined.columns.closed[0]).toBe(3)
  expect(sumDisconnects(joined)).toEqual({ closed: 3, kicked: 2 })
})

test('counters since the start become counts of a second, and begin anew with the gateway', () => {
  const counted = (seconds: number, closed: number, uptimeMs = seconds * 1000) =>
    stats(seconds, { disconnects: { closed }, replay: { recovered: closed, gaps: 0 }, uptimeMs })
  expect(pointOf(counted(5, 3), null)).toMatchObject({ recovered: 0, disconnects: {} })
  expect(pointOf(counted(6, 7), counted(5, 3))).toMatchObject({ recovered: 4, disconnects: { closed: 4 } })
  expect(pointOf(counted(7, 2, 10), counted(6, 7))).toMatchObject({
    recovered: 2,
    disconnects: { closed: 2 },
  })
})

test('all is well when nothing speaks against it', () => {
  const calm = seriesOf(point(1, { lagMs: 20, publishP99Ms: 1.2 }))
  expect(findTrouble(stats(2), calm)).toEqual([])
  expect(worstOf([])).toBe('good')
  expect(describeWell(stats(2), calm)).toContain('3 connections, publishes commit within 1.2 ms')
  expect(describeWell(stats(2), createSeries(1))).not.toContain('commit')
})

test.each<[string, Partial<Stats>, Partial<Point>, string, RegExp]>([
  ['the log cannot be written', { state: 'unavailable' }, {}, 'bad', /publishes are refused/],
  ['it drains', { state: 'draining' }, {}, 'warn', /draining/],
  ['the loop was held', {}, { lagMs: 300 }, 'warn', /waited up to 300 ms/],
  ['the loop was held long', {}, { lagMs: 3000 }, 'bad', /waited up to 3,000 ms/],
  ['the disk is slow', {}, { publishP99Ms: 400 }, 'warn', /commit/],
  ['readers missed messages', {}, { gaps: 2 }, 'warn', /2 readers .* were told/],
  ['it failed itself', {}, { disconnects: { internal: 1 } }, 'bad', /1 connection ended by an error/],
  ['it had a problem lately', { problem: { message: 'It broke.', time: 1000 } }, {}, 'warn', /It broke/],
])('when %s, health says so', (_name, figures, more, kind, words) => {
  const found = findTrouble(stats(2, figures), seriesOf(point(1, more)))
  expect(found).toHaveLength(1)
  expect(found[0]?.words).toMatch(words)
  expect(worstOf(found)).toBe(kind)
})

test('what is over is forgiven: waits after a minute, a problem after a quarter of an hour', () => {
  const later = seriesOf(point(1, { lagMs: 3000 }), ...[60, 61, 62].map(second => point(second)))
  expect(findTrouble(stats(62), later)).toEqual([])
  const problem = { message: 'It broke.', time: 1000 }
  expect(findTrouble(stats(QUARTER_SECONDS + 2, { problem }), createSeries(1))).toEqual([])
})

test('the worst stands first', () => {
  const found = findTrouble(stats(2, { state: 'draining' }), seriesOf(point(1, { lagMs: 5000, gaps: 1 })))
  expect(found.map(({ kind }) => kind)).toEqual(['bad', 'warn', 'warn'])
})

test('axes and rates have few digits', () => {
  expect([0, 512, 1536 * 1024, 256 * 2 ** 20].map(formatCompactBytes)).toEqual(['0', '512B', '1.5M', '256M'])
  expect([0, 0.02, 3, 12_345.6].map(formatRate)).toEqual(['0/s', '0.02/s', '3/s', '12,346/s'])
})
