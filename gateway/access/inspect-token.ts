// Says what is in a client's token and whether it counts here, for whoever makes tokens. Never repeats the token itself.

import type { Failure } from '../../shared/codes.ts'
import type { Access } from '../core/identity.ts'

export interface TokenReport {
  readonly valid: boolean
  /** Of a token that does not count: the code and the sentence that a connection with it is given. */
  readonly code?: Failure['code']
  readonly reason: string
  /** What the token says of itself, where it can be read; of one that does not count, nothing of it is proven. */
  readonly header?: Readonly<Record<string, unknown>>
  readonly claims?: Readonly<Record<string, unknown>>
  /** When it ends for the gateway, in milliseconds since 1970. */
  readonly expires?: number
}

/** More brackets no token needs, and some thousands within each other nobody could write down again. */
const MAX_BRACKETS = 1000

export type InspectToken = (token: string) => Promise<TokenReport>

export function createTokenInspector(authenticate: Access['authenticate']): InspectToken {
  return async given => {
    // As it is copied: with white space around it, or the scheme of its header before it.
    const token = given.trim().replace(/^Bearer\s+/i, '')
    const [header, claims] = token.split('.', 2).map(decode)
    const said = { ...(header && { header }), ...(claims && { claims }) }
    const identity = await authenticate(token)
    if ('code' in identity) return { valid: false, code: identity.code, reason: identity.message, ...said }
    const { user, expires } = identity.kind === 'client' ? identity : {}
    const who = user === undefined ? 'somebody without a name' : `the user ${JSON.stringify(user)}`
    const reason = `The token counts: a connection with it is ${who}.`
    return { valid: true, reason, ...said, ...(expires !== undefined && { expires }) }
  }
}

/** One part of a JWT as an object; undefined when it is none, or one that cannot be shown. */
function decode(part: string): Record<string, unknown> | undefined {
  const text = Buffer.from(part, 'base64url').toString('utf8')
  if (text.split(/[[{]/, MAX_BRACKETS + 2).length > MAX_BRACKETS + 1) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}
