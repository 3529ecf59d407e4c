// The channels of simulated lives and their rules: short, long, narrow, and without history. Knows no life.

import { type ChannelRule, ChannelRules } from '../../gateway/core/channel-rules.ts'

const OPEN = { subscribe: 'anyone', publish: 'subscribers', presence: false } as const

export const RULES: readonly ChannelRule[] = [
  { ...OPEN, match: 'u*', history: null },
  /** Trimmed all the time. */
  { ...OPEN, match: 'few', history: { messages: 8, ageMs: 1e9 } },
  { ...OPEN, match: 'fat', history: { messages: 200, ageMs: 1e9, bytes: 4000 } },
  { ...OPEN, match: 'brief', history: { messages: 250, ageMs: 60_000 } },
  { ...OPEN, match: '*', history: { messages: 250, ageMs: 1e9 } },
]

export const CHANNELS: readonly string[] = ['a', 'b', 'brief', 'few', 'fat', 'u1', 'u2']

const rules = new ChannelRules(RULES)

export function hasHistory(channel: string): boolean {
  return rules.of(channel).history !== null
}

export function retentionOf(channel: string): ChannelRule['history'] {
  return rules.of(channel).history
}
