// What the gateway counts of itself, as plain numbers that grow. Knows no metrics format.

import type { Code } from '../../shared/codes.ts'
import type { GapReason } from '../../shared/frames.ts'
import { ChannelRates } from './channel-rates.ts'
import { Histogram } from './histogram.ts'

/** The limits that somebody can run into, by their keys in the configuration; the last three have none. */
export const LIMITS = [
  'connections',
  'connectionsPerAddress',
  'connectRatePerAddress',
  'commandsPerSecond',
  'publishesPerSecond',
  'publishPerSecond',
  'channelsPerConnection',
  'messageBytes',
  'bodyBytes',
  'receiveTimeout',
  'urlBytes',
  'headerBytes',
  'logins',
] as const
export type LimitKind = (typeof LIMITS)[number]

export interface Counters {
  published: number
  delivered: number
  /** Handed to sockets of streams. */
  sentBytes: number
  recovered: number
  gaps: Partial<Record<GapReason, number>>
  disconnects: Partial<Record<Code | 'closed', number>>
  /** Commands, channels and connections that were refused. */
  refused: Partial<Record<Code, number>>
  limited: Partial<Record<LimitKind, number>>
  /** Answers over HTTP, by status. */
  responses: Partial<Record<number, number>>
  /** Questions to the application's hook: it decided, it refused the one who asks, or gave no decision. */
  hook: Partial<Record<'decided' | 'refused' | 'failed', number>>
  /** Looks at the public keys of an identity provider. */
  jwks: Partial<Record<'fetched' | 'failed', number>>
  /** From a publish to its commit, in seconds. */
  readonly publishSeconds: Histogram
  /** Messages published, by channel. */
  readonly channelRates: ChannelRates
}

/** Around a commit: 0.1 ms when idle, tens of milliseconds under load, a second when the disk is in trouble. */
const PUBLISH_BOUNDS = [0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]

/** `now` in monotonic milliseconds. */
export function createCounters(now = (): number => performance.now()): Counters {
  return {
    published: 0,
    delivered: 0,
    sentBytes: 0,
    recovered: 0,
    gaps: {},
    disconnects: {},
    refused: {},
    limited: {},
    responses: {},
    hook: {},
    jwks: {},
    publishSeconds: new Histogram(PUBLISH_BOUNDS),
    channelRates: new ChannelRates(now),
  }
}

/** Counts one more of a kind. */
export function tally<Kind extends string | number>(counts: Partial<Record<Kind, number>>, kind: Kind): void {
  counts[kind] = (counts[kind] ?? 0) + 1
}
