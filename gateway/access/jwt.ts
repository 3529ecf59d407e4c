// Client tokens: JWTs signed with HS256 and the shared secret (protocol §8). Knows no transports; never repeats a token.

import { createSecretKey, type KeyObject } from 'node:crypto'
import { compactVerify, decodeProtectedHeader, errors } from 'jose'
import type { Failure } from '../../shared/codes.ts'
import type { JwtConfig } from '../config/config.ts'
import type { Clock } from '../core/clock.ts'
import type { Identity } from '../core/identity.ts'
import { type Claims, readClaims } from './claims.ts'

/** Checks a token's signature and claims. Refusals are `unauthorized`, in one sentence. */
export type TokenReader = (token: string) => Promise<Identity | Failure>

export function createTokenReader(config: JwtConfig, clock: Clock): TokenReader {
  const secrets =
    config.previousSecret === undefined ? [config.secret] : [config.secret, config.previousSecret]
  const keys = secrets.map(secret => createSecretKey(secret, 'utf8'))
  return async token => {
    const problem = checkForm(token)
    if (problem !== null) return refusal(problem)
    const payload = await verify(token, keys)
    if (payload === null) {
      return refusal(
        "The token's signature does not fit: sign it with HS256 and the gateway's auth.jwt.secret.",
      )
    }
    const claims = parseClaims(payload)
    return claims ? readClaims(claims, config, clock()) : refusal("The token's payload is not a JSON object.")
  }
}

function refusal(message: string): Failure {
  return { code: 'unauthorized', message }
}

function checkForm(token: string): string | null {
  const notJwt = 'The token is not a JWT: it has three parts in base64url with dots between them.'
  if (!/^[\w-]+\.[\w-]*\.[\w-]*$/.test(token)) return notJwt
  try {
    const { alg } = decodeProtectedHeader(token)
    if (alg === 'HS256') return null
    // Named only if it looks like an algorithm: the header is the sender's text.
    const named = typeof alg === 'string' && /^[A-Za-z0-9-]{1,20}$/.test(alg) ? `alg ${alg}` : 'no known alg'
    return `The token has ${named}, and this gateway accepts HS256 only: sign it with auth.jwt.secret.`
  } catch {
    return notJwt
  }
}

/** The payload, if one of the keys has signed it. */
async function verify(token: string, keys: readonly KeyObject[]): Promise<Uint8Array | null> {
  for (const key of keys) {
    try {
      const { payload } = await compactVerify(token, key, { algorithms: ['HS256'] })
      return payload
    } catch (error) {
      // Other failures of the token (a critical header that nobody knows) end up as a bad signature too.
      if (!(error instanceof errors.JOSEError)) throw error
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
