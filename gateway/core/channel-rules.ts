// Channel rules: how a channel behaves, from the first rule that matches its name (rule N3). Knows no connections.

import { compilePattern } from '../../shared/channel-name.ts'
import type { Failure } from '../../shared/codes.ts'
import type { Retention } from './history.ts'

export interface ChannelRule {
  readonly match: string
  readonly subscribe: 'anyone' | 'user' | 'granted'
  readonly publish: 'nobody' | 'subscribers' | 'user' | 'granted'
  readonly history: Retention
  readonly presence: boolean
  /** Bytes of `data`, when smaller than the gateway's own limit. */
  readonly maxMessageBytes?: number | undefined
}

const DAY_MS = 24 * 60 * 60 * 1000
const DEFAULT_HISTORY = { messages: 1000, ageMs: DAY_MS }

/** The rules of a gateway whose configuration names none. */
export const BUILT_IN_RULES: readonly ChannelRule[] = [
  { match: 'public:*', subscribe: 'anyone', publish: 'nobody', history: DEFAULT_HISTORY, presence: false },
  { match: '*', subscribe: 'granted', publish: 'granted', history: DEFAULT_HISTORY, presence: false },
]

/** Personal channels belong to one user, who reads them; backends publish there (rule N2). */
const PERSONAL: ChannelRule = {
  match: '@*',
  subscribe: 'granted',
  publish: 'nobody',
  history: DEFAULT_HISTORY,
  presence: false,
}

/** The gateway's own channels carry figures of the moment. */
const OWN: ChannelRule = {
  match: '$*',
  subscribe: 'granted',
  publish: 'nobody',
  history: null,
  presence: false,
}

/** What a name gets when the configured rules do not cover it: nothing is open by accident. */
const UNMATCHED: ChannelRule = { ...BUILT_IN_RULES[1]!, match: '(no rule)', publish: 'nobody' }

const REMEMBERED = 10_000

export class ChannelRules {
  /** As configured; the first match counts. */
  readonly all: readonly ChannelRule[]
  readonly #rules: readonly { rule: ChannelRule; matches: (channel: string) => boolean }[]
  readonly #remembered = new Map<string, ChannelRule>()

  constructor(rules: readonly ChannelRule[]) {
    this.all = rules
    this.#rules = rules.map(rule => ({ rule, matches: compilePattern(rule.match) }))
  }

  /** The rule of a channel; every name has one. */
  of(channel: string): ChannelRule {
    let rule = this.#remembered.get(channel)
    if (rule) return rule
    rule = this.#find(channel)
    if (this.#remembered.size >= REMEMBERED) this.#remembered.clear()
    this.#remembered.set(channel, rule)
    return rule
  }

  /** The place of a rule in the configuration, from 0; `null` for what stands in where no rule fits. */
  indexOf(rule: ChannelRule): number | null {
    const index = this.#rules.findIndex(each => each.rule === rule)
    return index < 0 ? null : index
  }

  #find(channel: string): ChannelRule {
    if (channel.startsWith('$')) return OWN
    const personal = channel.startsWith('@')
    // No pattern matches a leading @ by its star: a rule for personal channels says so itself.
    const found = this.#rules.find(
      ({ rule, matches }) => rule.match.startsWith('@') === personal && matches(channel),
    )
    return found?.rule ?? (personal ? PERSONAL : UNMATCHED)
  }
}

/** What whoever asks who is there is told of a channel whose rule does not want that known. */
export function withoutPresence({ match }: ChannelRule, channel: string): Failure {
  const message = `"${channel}" has no presence: the rule "${match}" would need presence: true.`
  return { code: 'not_found', message }
}
