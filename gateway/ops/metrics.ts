// The gateway's figures for Prometheus. Knows no HTTP; the format stands in prometheus.ts.

import { CODES } from '../../shared/codes.ts'
import type { GapReason } from '../../shared/frames.ts'
import type { Stats } from '../../shared/stats.ts'
import { type Counters, LIMITS } from '../core/counters.ts'
import { addProcessMetrics } from './process-metrics.ts'
import { byKind, Exposition, single } from './prometheus.ts'

export interface MetricsSource {
  stats(): Promise<Stats>
  readonly counters: Counters
  isLogWritable(): boolean
}

/** The whole page, made anew for each scrape: counting costs nothing extra between them. */
export async function renderMetrics(source: MetricsSource): Promise<string> {
  const stats = await source.stats()
  const exposition = new Exposition()
  addState(exposition, stats, source)
  addTraffic(exposition, stats, source.counters)
  addRefusals(exposition, source.counters)
  addProcessMetrics(exposition)
  return exposition.text()
}

const GAP_REASONS: readonly GapReason[] = ['expired', 'reset', 'slow', 'no_history']
const STATES: readonly Stats['state'][] = ['ready', 'draining', 'unavailable']

function addState(exposition: Exposition, stats: Stats, source: MetricsSource): void {
  const { log } = stats
  const states = STATES.map(state => ({ labels: { state }, value: Number(stats.state === state) }))
  exposition.gauge('twinwire_info', 'The version that runs.', [
    { labels: { version: stats.version }, value: 1 },
  ])
  exposition.gauge('twinwire_state', '1 for the state that the gateway is in.', states)
  exposition.gauge('twinwire_uptime_seconds', 'Since the start.', single(stats.uptimeMs / 1000))
  exposition.gauge(
    'twinwire_event_loop_lag_seconds',
    'The longest the event loop was held in the last second.',
    single(stats.eventLoopLagMs / 1000),
  )
  exposition.gauge(
    'twinwire_log_writable',
    '1: publishes are committed.',
    single(Number(source.isLogWritable())),
  )
  exposition.gauge('twinwire_log_messages', 'Messages kept.', single(log.messages))
  exposition.gauge('twinwire_log_bytes', 'Bytes of the messages kept.', single(log.bytes))
  exposition.gauge('twinwire_log_max_bytes', 'The limit log.maxBytes.', single(log.maxBytes))
  exposition.gauge(
    'twinwire_log_head',
    'The seq of the newest message; begins anew with an epoch.',
    single(log.head),
  )
  exposition.gauge(
    'twinwire_log_oldest_timestamp_seconds',
    'When the oldest message kept was published; absent when none is.',
    log.oldestTime === null ? [] : single(log.oldestTime / 1000),
  )
}

function addTraffic(exposition: Exposition, stats: Stats, counters: Counters): void {
  const { published, delivered, sentBytes, recovered } = counters
  exposition.gauge('twinwire_connections', 'Open connections.', byKind('transport', stats.connections))
  exposition.gauge('twinwire_subscriptions', 'Subscriptions of all connections.', single(stats.subscriptions))
  exposition.gauge('twinwire_active_channels', 'Channels with a subscriber.', single(stats.activeChannels))
  exposition.counter('twinwire_published_total', 'Messages taken, repetitions left out.', single(published))
  exposition.counter('twinwire_delivered_total', 'Messages sent to subscribers.', single(delivered))
  exposition.counter(
    'twinwire_sent_bytes_total',
    'Bytes handed to the sockets of connections.',
    single(sentBytes),
  )
  exposition.histogram(
    'twinwire_publish_duration_seconds',
    'From a publish request to its commit.',
    counters.publishSeconds,
  )
  exposition.counter('twinwire_recovered_total', 'Subscriptions resumed without loss.', single(recovered))
  exposition.counter(
    'twinwire_gaps_total',
    'Gaps told, by reason.',
    byKind('reason', counters.gaps, GAP_REASONS),
  )
  exposition.counter(
    'twinwire_disconnects_total',
    'Connections ended, by code; closed: by the client.',
    byKind('code', counters.disconnects, ['closed', ...Object.keys(CODES)]),
  )
}

function addRefusals(exposition: Exposition, counters: Counters): void {
  exposition.counter(
    'twinwire_refusals_total',
    'Commands, channels and connections refused, by code.',
    byKind('code', counters.refused, Object.keys(CODES)),
  )
  exposition.counter(
    'twinwire_rate_limited_total',
    'How often a limit was met, by its key in the configuration.',
    byKind('limit', counters.limited, LIMITS),
  )
  exposition.counter(
    'twinwire_http_responses_total',
    'Answers over HTTP, by status; streams not among them.',
    byKind('status', counters.responses),
  )
  exposition.counter(
    'twinwire_hook_total',
    'Questions to auth.hook, by outcome.',
    byKind('outcome', counters.hook, ['decided', 'refused', 'failed']),
  )
  exposition.counter(
    'twinwire_jwks_total',
    'Looks at auth.jwt.jwksUrl, by outcome.',
    byKind('outcome', counters.jwks, ['fetched', 'failed']),
  )
}
