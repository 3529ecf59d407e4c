// The keys that check tokens, each with the algorithms it may be used for: a public key never serves as a shared secret.
// Knows no claims.

import { createSecretKey, type KeyObject } from 'node:crypto'
import type { JwtConfig } from '../config/config.ts'
import { algorithmsOf, parsePublicKeys } from '../config/public-key.ts'

/** Secrets of 32 bytes are long enough for each: what a longer hash adds is not needed to resist guessing. */
const SHARED_SECRET = ['HS256', 'HS384', 'HS512']

/** What an identity provider's keys may be used for; which of them, each key says itself. */
export const PUBLIC_KEY = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
]

export interface TokenKey {
  readonly algorithms: readonly string[]
  readonly key: KeyObject
}

/** The keys that the configuration gives: secrets, and public keys as PEM. */
export function configuredKeys({ secret, previousSecret, publicKey }: JwtConfig): readonly TokenKey[] {
  const secrets = [secret, previousSecret].filter(each => each !== undefined)
  const publicKeys = publicKey === undefined ? [] : parsePublicKeys(publicKey)
  return [
    ...secrets.map(each => ({ algorithms: SHARED_SECRET, key: createSecretKey(each, 'utf8') })),
    ...publicKeys.map(key => ({ algorithms: algorithmsOf(key), key })),
  ]
}
