// Makes a client's token (protocol §8), for trying things out. Your backend makes the real ones. Knows no command line.

import { createSecretKey } from 'node:crypto'
import { SignJWT } from 'jose/jwt/sign'
import type { Failure } from '../../shared/codes.ts'
import type { JwtConfig } from '../config/config.ts'
import { type Claims, readClaims } from './claims.ts'

const NO_SECRET: Failure = {
  code: 'unauthorized',
  message:
    'Tokens are checked with public keys here, and nothing is there to sign with: let your identity provider make one, or write auth.jwt.secret.',
}

/** Signs claims with the secret. A failure: the gateway would refuse the token for what it claims. */
export async function mintToken(
  claims: Claims,
  config: JwtConfig,
  nowMs: number,
): Promise<{ readonly token: string } | Failure> {
  const { issuer, audience, secret } = config
  if (secret === undefined) return NO_SECRET
  const complete = {
    ...claims,
    ...(issuer !== undefined && { iss: issuer }),
    ...(audience !== undefined && { aud: audience }),
    iat: Math.floor(nowMs / 1000),
  }
  const read = readClaims(complete, config, nowMs)
  if ('code' in read) return read
  const jwt = new SignJWT(complete).setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
  return { token: await jwt.sign(createSecretKey(secret, 'utf8')) }
}
