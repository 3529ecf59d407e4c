// Client tokens: whether a JWT was signed by someone who may (protocol §8). Knows no transports; never repeats a token.

import type { JWSHeaderParameters } from 'jose'
import { decodeProtectedHeader } from 'jose/decode/protected_header'
import { JOSEError } from 'jose/errors'
import { compactVerify } from 'jose/jws/compact/verify'
import type { Failure } from '../../shared/codes.ts'
import type { JwtConfig } from '../config/config.ts'
import type { Clock } from '../core/clock.ts'
import type { Identity } from '../core/identity.ts'
import { type Claims, readClaims } from './claims.ts'
import { type Complain, createComplaints } from './complaints.ts'
import { Jwks, type KeyHint, type VerifyKey } from './jwks.ts'
import { configuredKeys, PUBLIC_KEY, type TokenKey } from './token-keys.ts'

/**
 * Checks a token's signature and claims. Refusals are `unauthorized`, in one sentence; `unavailable` when the keys that
 * would decide cannot be had.
 */
export type TokenReader = (token: string) => Promise<Identity | Failure>

/** `warn` takes a sentence for the log; `onFetched` hears of each look at an identity provider's keys. */
export function createTokenReader(
  config: JwtConfig,
  clock: Clock,
  warn: Complain,
  onFetched: (isDone: boolean) => void = () => {},
): TokenReader {
  const keys = configuredKeys(config)
  const { jwksUrl } = config
  const jwks =
    jwksUrl === undefined
      ? null
      : new Jwks({ url: jwksUrl, clock, complain: createComplaints(warn, clock), onFetched })
  const accepted = [
    ...new Set([...keys.flatMap(({ algorithms }) => algorithms), ...(jwks ? PUBLIC_KEY : [])]),
  ]
  return async token => {
    const header = readHeader(token, accepted)
    if ('code' in header) return header
    const own = keys.filter(({ algorithms }) => algorithms.includes(header.alg)).map(({ key }) => key)
    let payload = await verify(token, header.alg, own)
    if (payload === null && jwks !== null && PUBLIC_KEY.includes(header.alg)) {
      const shown = await jwks.candidates(header)
      if ('code' in shown) return shown
      payload = await verify(token, header.alg, shown)
    }
    if (payload === null)
      return refusal(`The token's signature does not fit: sign it with ${signers(config)}.`)
    const claims = parseClaims(payload)
    return claims ? readClaims(claims, config, clock()) : refusal("The token's payload is not a JSON object.")
  }
}

function refusal(message: string): Failure {
  return { code: 'unauthorized', message }
}

/** What may sign tokens here, for a sentence. */
function signers({ secret, publicKey, jwksUrl }: JwtConfig): string {
  return [
    ...(secret === undefined ? [] : ["HS256 and the gateway's auth.jwt.secret"]),
    ...(publicKey === undefined ? [] : ['the private key that belongs to auth.jwt.publicKey']),
    ...(jwksUrl === undefined ? [] : ['a key that auth.jwt.jwksUrl shows']),
  ].join(', or with ')
}

function readHeader(token: string, accepted: readonly string[]): KeyHint | Failure {
  const notJwt = 'The token is not a JWT: it has three parts in base64url with dots between them.'
  if (!/^[\w-]+\.[\w-]*\.[\w-]*$/.test(token)) return refusal(notJwt)
  let header: JWSHeaderParameters
  try {
    header = decodeProtectedHeader(token)
  } catch {
    return refusal(notJwt)
  }
  // RFC 7515, section 4.1.11: whoever does not know a critical header must refuse.
  if (header.crit !== undefined) {
    return refusal('The token has critical headers (crit), and this gateway knows none: leave crit out.')
  }
  const { alg, kid } = header
  if (alg !== undefined && accepted.includes(alg)) return { alg, ...(kid !== undefined && { kid }) }
  // Named only if it looks like an algorithm: the header is the sender's text.
  const named = typeof alg === 'string' && /^[A-Za-z0-9-]{1,20}$/.test(alg) ? `alg ${alg}` : 'no known alg'
  return refusal(
    `The token has ${named}, and this gateway accepts ${accepted.join(', ')}: sign it with one of these.`,
  )
}

/** The payload, if one of the keys has signed it. */
async function verify(
  token: string,
  alg: string,
  keys: readonly (TokenKey['key'] | VerifyKey)[],
): Promise<Uint8Array | null> {
  for (const key of keys) {
    try {
      const { payload } = await compactVerify(token, key, { algorithms: [alg] })
      return payload
    } catch (error) {
      // TypeErrors are keys of a provider that jose finds unfit, as RSA below 2048 bits.
      if (!(error instanceof JOSEError || error instanceof TypeError)) throw error
    }
  }
  return null
}

function parseClaims(payload: Uint8Array): Claims | null {
  try {
    const claims: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload))
    return typeof claims === 'object' && claims !== null && !Array.isArray(claims) ? { ...claims } : null
  } catch {
    return null
  }
}
