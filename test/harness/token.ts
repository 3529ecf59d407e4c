// Client tokens, signed by hand (HS256), so that the tests do not lean on the library the gateway uses.

import { createHmac } from 'node:crypto'

export interface Claims {
  sub?: string
  /** Seconds since 1970; one hour from now unless given, absent when `null`. */
  exp?: number | null
  info?: unknown
  subscribe?: string[]
  publish?: string[]
  [claim: string]: unknown
}

const encode = (text: string) => Buffer.from(text).toString('base64url')

/** Signs claims as a JWT. `header` replaces the usual one, for tokens that must be refused. */
export function signToken(
  secret: string,
  claims: Claims,
  header: object = { alg: 'HS256', typ: 'JWT' },
): string {
  const { exp = Math.floor(Date.now() / 1000) + 3600, ...rest } = claims
  const payload = exp === null ? rest : { ...rest, exp }
  const signed = `${encode(JSON.stringify(header))}.${encode(JSON.stringify(payload))}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}
