// Tokens signed with private keys, by hand like those with a secret, and the public halves for the gateway. Knows no gateway.

import { constants, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { Claims } from './token.ts'

export type Algorithm =
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'EdDSA'

export interface KeyPair {
  /** The public key as PEM. */
  readonly pem: string
  readonly privatePem: string
  /** The public key as a JSON Web Key with this key's id. */
  readonly jwk: Record<string, unknown>
  /** Signs claims; ends in an hour unless `exp` says otherwise. */
  token(claims: Claims, header?: object): string
}

const CURVES: Partial<Record<Algorithm, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }

/** Makes a key pair for an algorithm; `kid` is the id that its tokens and its JWK carry. */
export function makeKeyPair(alg: Algorithm, kid = 'k1'): KeyPair {
  const { publicKey, privateKey } = generate(alg)
  return {
    pem: publicKey.export({ type: 'spki', format: 'pem' }) as string,
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    jwk: { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig' },
    token(claims, header = {}) {
      const { exp = Math.floor(Date.now() / 1000) + 3600, ...rest } = claims
      const parts = [
        { alg, typ: 'JWT', kid, ...header },
        { ...rest, exp },
      ]
      const signed = parts.map(part => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
      return `${signed}.${signBytes(alg, signed, privateKey).toString('base64url')}`
    },
  }
}

function generate(alg: Algorithm): { publicKey: KeyObject; privateKey: KeyObject } {
  const namedCurve = CURVES[alg]
  if (alg === 'EdDSA') return generateKeyPairSync('ed25519')
  if (namedCurve) return generateKeyPairSync('ec', { namedCurve })
  return generateKeyPairSync('rsa', { modulusLength: 2048 })
}

function signBytes(alg: Algorithm, text: string, key: KeyObject): Buffer {
  const bytes = Buffer.from(text)
  if (alg === 'EdDSA') return sign(null, bytes, key)
  const hash = `sha${alg.slice(2)}`
  if (alg.startsWith('ES')) return sign(hash, bytes, { key, dsaEncoding: 'ieee-p1363' })
  if (alg.startsWith('RS')) return sign(hash, bytes, key)
  const saltLength = constants.RSA_PSS_SALTLEN_DIGEST
  return sign(hash, bytes, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength })
}
