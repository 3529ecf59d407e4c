// Access as the core sees it (core/identity.ts), made of tokens, API keys and grants. Knows no requests.

import type { Config } from '../config/config.ts'
import type { ChannelRules } from '../core/channel-rules.ts'
import type { Clock } from '../core/clock.ts'
import type { Access } from '../core/identity.ts'
import type { KeyReader } from './api-keys.ts'
import { createGrants } from './grants.ts'
import { createTokenReader } from './jwt.ts'

export interface AccessParts {
  readonly config: Pick<Config, 'auth' | 'everyone'>
  readonly rules: ChannelRules
  readonly clock: Clock
  readonly identifyKey: KeyReader
  /** Takes a sentence for the log. */
  readonly warn: (message: string) => void
}

export interface KeyedAccess extends Access {
  /** The identity of an API key, or `null` for a text that is none. */
  identifyKey: KeyReader
}

export function createAccess({ config, rules, clock, identifyKey, warn }: AccessParts): KeyedAccess {
  return {
    authenticate: createTokenReader(config.auth.jwt, clock, warn),
    identifyKey,
    ...createGrants(rules, config.everyone),
  }
}
