// Tokens of simulated clients: plain text that says whose channels, and until when. Knows no JWT.

import type { Access, Identity } from '../../gateway/core/identity.ts'

export interface Token {
  readonly channels: readonly string[]
  /** Milliseconds since 1970. */
  readonly expires: number
}

export const writeToken = (token: Token): string => JSON.stringify(token)

export function identityOf(token: string): Identity {
  const { channels, expires } = JSON.parse(token) as Token
  const subscribe = (channel: string): boolean => channels.includes(channel)
  return { kind: 'client', user: 'ada', subscribe, publish: () => true, expires }
}

/** Whoever shows no token may read everything. */
export const ACCESS: Pick<Access, 'authenticate' | 'maySubscribe'> = {
  authenticate: async token => identityOf(token),
  maySubscribe: (identity, channel) =>
    identity.kind !== 'client' || identity.subscribe(channel)
      ? null
      : { code: 'forbidden', message: `The token does not grant "${channel}".` },
}
