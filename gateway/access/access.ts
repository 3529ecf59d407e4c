// Access as the core sees it (core/identity.ts), made of tokens, API keys and grants. Knows no requests.

import type { Config } from '../config/config.ts'
import type { ChannelRules } from '../core/channel-rules.ts'
import type { Clock } from '../core/clock.ts'
import type { Access, Identity } from '../core/identity.ts'
import type { KeyReader } from './api-keys.ts'
import { createExplainer, type Explain } from './explain.ts'
import { createGrants, createJudges } from './grants.ts'
import { createTokenInspector, type InspectToken } from './inspect-token.ts'
import { createTokenReader } from './jwt.ts'

export interface AccessParts {
  readonly config: Pick<Config, 'auth' | 'everyone'>
  readonly rules: ChannelRules
  readonly clock: Clock
  readonly identifyKey: KeyReader
  /** The identity of the key of a name. */
  readonly keyNamed: (name: string) => Identity | null
  /** Takes a sentence for the log. */
  readonly warn: (message: string) => void
  /** Hears of each look at an identity provider's keys. */
  readonly onJwksFetched?: (isDone: boolean) => void
}

export interface KeyedAccess extends Access {
  /** The identity of an API key, or `null` for a text that is none. */
  identifyKey: KeyReader
  /** Says what decides about somebody and a channel, and why. */
  explain: Explain
  /** Says what is in a token, and whether it counts. */
  inspectToken: InspectToken
}

export function createAccess(parts: AccessParts): KeyedAccess {
  const { config, rules, clock, identifyKey, keyNamed, warn, onJwksFetched } = parts
  const authenticate = createTokenReader(config.auth.jwt, clock, warn, onJwksFetched)
  const judges = createJudges(rules, config.everyone)
  return {
    authenticate,
    identifyKey,
    inspectToken: createTokenInspector(authenticate),
    explain: createExplainer({
      judges,
      rules,
      authenticate,
      keyNamed,
      isHooked: config.auth.hook !== undefined,
    }),
    ...createGrants(judges),
  }
}
