// The page for Prometheus: its format, and that every figure stands where it belongs.

import { expect, test } from 'vitest'
import { createCounters, tally } from '../../gateway/core/counters.ts'
import { renderMetrics } from '../../gateway/ops/metrics.ts'
import { byKind, Exposition } from '../../gateway/ops/prometheus.ts'
import type { Stats } from '../../shared/stats.ts'
import { parseMetrics, samplesOf } from '../harness/prometheus.ts'

const STATS: Stats = {
  time: 0,
  version: '1.2.3-"x"\\',
  state: 'draining',
  uptimeMs: 1500,
  connections: { websocket: 3, sse: 4 },
  subscriptions: 9,
  activeChannels: 2,
  published: { total: 0, perSecond: 0 },
  delivered: { total: 0, perSecond: 0 },
  publishP99Ms: null,
  replay: { recovered: 0, gaps: 0 },
  disconnects: {},
  log: { epoch: 'k3f9x2ab', head: 12, messages: 10, bytes: 2048, maxBytes: 4096, oldestTime: null },
  memory: { rssBytes: 1, heapUsedBytes: 1 },
  eventLoopLagMs: 7,
}

test('every figure has a name, a type and a value that Prometheus can read', async () => {
  const counters = createCounters()
  Object.assign(counters, { published: 5, delivered: 50, sentBytes: 12_345, recovered: 2 })
  tally(counters.gaps, 'expired')
  tally(counters.limited, 'commandsPerSecond')
  tally(counters.limited, 'commandsPerSecond')
  tally(counters.responses, 429)
  tally(counters.jwks, 'failed')
  const text = await renderMetrics({ stats: async () => STATS, counters, isLogWritable: () => true })
  const families = parseMetrics(text)
  for (const [name, { type, help }] of families) {
    expect(help, name).toMatch(/\.$/)
    expect(['counter', 'gauge', 'histogram'], name).toContain(type)
    expect(name.endsWith('_total'), name).toBe(type === 'counter')
  }
  const samples = samplesOf(text)
  expect(Object.fromEntries(samples)).toMatchObject({
    'twinwire_info{version="1.2.3-\\"x\\"\\\\"}': 1,
    'twinwire_state{state="ready"}': 0,
    'twinwire_state{state="draining"}': 1,
    'twinwire_connections{transport="sse"}': 4,
    twinwire_log_writable: 1,
    twinwire_published_total: 5,
    twinwire_delivered_total: 50,
    twinwire_sent_bytes_total: 12_345,
    twinwire_event_loop_lag_seconds: 0.007,
    'twinwire_gaps_total{reason="expired"}': 1,
    'twinwire_rate_limited_total{limit="commandsPerSecond"}': 2,
    'twinwire_http_responses_total{status="429"}': 1,
    'twinwire_jwks_total{outcome="failed"}': 1,
  })
  expect(samples.has('twinwire_log_oldest_timestamp_seconds')).toBe(false)
  expect(samples.get('process_resident_memory_bytes')).toBeGreaterThan(1e6)
  expect(samples.get('process_cpu_seconds_total')).toBeGreaterThan(0)
})

test('a histogram counts up to each bound, and everything at last', async () => {
  const { publishSeconds } = createCounters()
  for (const seconds of [0.0001, 0.001, 0.003, 99]) publishSeconds.observe(seconds)
  const exposition = new Exposition()
  exposition.histogram('t_seconds', 'Time.', publishSeconds)
  const samples = samplesOf(exposition.text())
  expect(samples.get('t_seconds_bucket{le="0.00025"}')).toBe(1)
  expect(samples.get('t_seconds_bucket{le="0.001"}')).toBe(2)
  expect(samples.get('t_seconds_bucket{le="2.5"}')).toBe(3)
  expect(samples.get('t_seconds_bucket{le="+Inf"}')).toBe(4)
  expect(samples.get('t_seconds_count')).toBe(4)
  expect(samples.get('t_seconds_sum')).toBeCloseTo(99.0041)
})

test('labels and help that hold line breaks and quotes stay on their line', () => {
  const exposition = new Exposition()
  exposition.counter('a_total', 'One\ntwo \\ three.', byKind('kind', { 'x"\n\\': 1 }))
  expect([...samplesOf(exposition.text())]).toEqual([['a_total{kind="x\\"\\n\\\\"}', 1]])
})
