// API keys: the secrets that backends send. Knows no headers and no tokens.

import { createHash, timingSafeEqual } from 'node:crypto'
import type { ApiKeyConfig } from '../config/config.ts'
import type { Identity } from '../core/identity.ts'
import { keyGrant } from './patterns.ts'

/** The identity of a key, or `null` for a text that is none. */
export type KeyReader = (bearer: string) => Identity | null

/** Every key is compared, in full and by hash, so that the time taken tells nothing about how near a guess came. */
export function createKeyReader(keys: readonly ApiKeyConfig[]): KeyReader {
  const known = keys.map(({ name, key, publish, read, admin }) => ({
    digest: sha256(key),
    identity: { kind: 'key', name, publish: keyGrant(publish), read, admin } as const,
  }))
  return bearer => {
    const digest = sha256(bearer)
    const found = known.filter(candidate => timingSafeEqual(candidate.digest, digest))
    return found[0]?.identity ?? null
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
