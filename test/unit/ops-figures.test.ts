// The figures of the charts: seconds folded into minutes, kept over restarts, bounded, and told by the API.

import { expect, test } from 'vitest'
import type { FigurePoint } from '../../gateway/core/figure-store.ts'
import { Histogram } from '../../gateway/core/histogram.ts'
import { FigureRecorder } from '../../gateway/ops/figure-recorder.ts'
import { RecentQuantile } from '../../gateway/ops/recent-quantile.ts'
import type { Stats } from '../../shared/stats.ts'
import { PASSWORD, READ_KEY, startApi } from './api-fixture.ts'
import { openTestRecords } from './records-folder.ts'

const MINUTE_MS = 60_000
/** The beginning of a minute. */
const START = 29_453_760 * MINUTE_MS

function point(time: number, more: Partial<FigurePoint> = {}): FigurePoint {
  return {
    time,
    websocket: 1,
    sse: 0,
    published: 2,
    delivered: 4,
    publishP99Ms: null,
    lagMs: 0,
    rssBytes: 100,
    logBytes: 10,
    keptMs: 5000,
    recovered: 0,
    gaps: 0,
    disconnects: {},
    ...more,
  }
}

function stats(time: number, more: Partial<Stats> = {}): Stats {
  return {
    time,
    version: '1',
    state: 'ready',
    uptimeMs: 1,
    connections: { websocket: 3, sse: 4 },
    subscriptions: 0,
    activeChannels: 0,
    published: { total: 0, perSecond: 5 },
    delivered: { total: 0, perSecond: 50 },
    publishP99Ms: 1.5,
    replay: { recovered: 0, gaps: 0 },
    disconnects: {},
    log: { epoch: 'k3f9x2ab', head: 1, messages: 1, bytes: 20, maxBytes: 40, oldestTime: time - 700 },
    memory: { rssBytes: 9, heapUsedBytes: 1 },
    eventLoopLagMs: 7,
    ...more,
  }
}

test('a minute averages rates, adds up what is counted, and shows the worst second', () => {
  const { figures } = openTestRecords()
  figures.append([
    point(START + 1000, { published: 0, websocket: 10, recovered: 1, disconnects: { closed: 2 } }),
    point(START + 2000, { published: 3, lagMs: 90, publishP99Ms: 40, disconnects: { closed: 1, kicked: 1 } }),
  ])
  figures.append([point(START + 3000, { published: 3, websocket: 13, gaps: 2, publishP99Ms: 1, keptMs: 9 })])
  expect(figures.read(MINUTE_MS, 0)).toEqual([
    point(START, {
      published: 2,
      websocket: 8,
      lagMs: 90,
      publishP99Ms: 40,
      recovered: 1,
      gaps: 2,
      keptMs: 9,
      disconnects: { closed: 3, kicked: 1 },
    }),
  ])
})

test('points outlive the process, and a minute holds the seconds of both lives', () => {
  const first = openTestRecords()
  first.figures.append([point(START + 1000, { gaps: 1 })])
  const second = openTestRecords({ dataDir: first.dataDir })
  second.figures.append([point(START + 40_000, { gaps: 2 })])
  expect(second.figures.read(1000, 0).map(({ time }) => time)).toEqual([START + 1000, START + 40_000])
  expect(second.figures.read(MINUTE_MS, 0)).toEqual([point(START, { gaps: 3 })])
  expect(second.figures.read(1000, START + 2000)).toHaveLength(1)
})

test('no more is kept than is shown, and nothing that lies ahead of the clock', () => {
  const { figures } = openTestRecords()
  const day = Array.from({ length: 26 * 60 }, (_, minute) => point(START + minute * MINUTE_MS))
  figures.append(day)
  expect(figures.read(MINUTE_MS, 0)).toHaveLength(24 * 60 + 2)
  expect(figures.read(1000, 0)).toHaveLength(17)
  figures.append([point(START + 60 * MINUTE_MS)])
  expect(figures.read(1000, 0).at(-1)).toEqual(point(START + 60 * MINUTE_MS))
  expect(figures.read(MINUTE_MS, 0).at(-1)!.time).toBe(START + 60 * MINUTE_MS)
})

test('counters since the start become counts of each second', () => {
  const { figures } = openTestRecords()
  const recorder = new FigureRecorder(figures, error => expect.unreachable(String(error)))
  recorder.take(stats(START, { replay: { recovered: 2, gaps: 1 }, disconnects: { closed: 5 } }))
  const later = { replay: { recovered: 2, gaps: 4 }, disconnects: { closed: 5, timeout: 1 } }
  recorder.take(stats(START + 1000, later))
  expect(recorder.read(1000, 0)).toMatchObject([
    { time: START, websocket: 3, sse: 4, published: 5, recovered: 2, gaps: 1, disconnects: { closed: 5 } },
    { recovered: 0, gaps: 3, disconnects: { timeout: 1 }, keptMs: 700, publishP99Ms: 1.5, lagMs: 7 },
  ])
})

test('while the records cannot be written figures wait, one fault is told, and none is lost', () => {
  const records = openTestRecords()
  const faults: unknown[] = []
  const recorder = new FigureRecorder(records.figures, error => faults.push(error))
  const release = records.hold()
  for (let second = 0; second < 25; second += 1) recorder.take(stats(START + second * 1000))
  expect(faults).toHaveLength(1)
  release()
  expect(recorder.read(1000, 0)).toHaveLength(25)
})

test('the quantile is that of the values since the last look', () => {
  const histogram = new Histogram([1, 10, 100])
  const p99 = new RecentQuantile(histogram, 0.99)
  expect(p99.next()).toBeNull()
  for (let value = 0; value < 100; value += 1) histogram.observe(0.5)
  expect(p99.next()).toBeCloseTo(0.99)
  histogram.observe(50)
  expect(p99.next()).toBeCloseTo(99.1)
  histogram.observe(5000)
  expect(p99.next()).toBe(100)
  expect(p99.next()).toBeNull()
})

test('the API gives a list for each figure to operators and viewers, and to nobody else', async () => {
  const points = [
    point(START, { disconnects: { closed: 2 } }),
    point(START + 1000, { disconnects: { timeout: 1 }, publishP99Ms: 3 }),
  ]
  const asked: number[][] = []
  const api = await startApi({
    readFigures: (...question) => {
      asked.push(question)
      return points
    },
  })
  const answer = await api.call('GET', '/api/figures?step=60&from=7')
  expect(asked).toEqual([[MINUTE_MS, 7]])
  expect(answer.json()).toMatchObject({
    step: 60,
    time: [START, START + 1000],
    publishP99Ms: [null, 3],
    disconnects: { closed: [2, 0], timeout: [0, 1] },
  })
  expect((await api.call('GET', '/api/figures?step=5')).statusCode).toBe(400)
  expect((await api.call('GET', '/api/figures', { as: READ_KEY })).statusCode).toBe(403)
  const login = { as: null, body: { user: 'eve', password: PASSWORD } }
  const cookie = String((await api.call('POST', '/api/session', login)).headers['set-cookie']).split(';')[0]!
  expect((await api.call('GET', '/api/figures', { as: null, headers: { cookie } })).statusCode).toBe(200)
})
