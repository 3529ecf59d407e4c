// Knows the API key that a socket has shown again, without hashing it for every request. Knows no stored keys.
//
// A backend sends the same header with each of its publishes, and the two SHA-256 that find a key are 6 % of one. What the
// header was is therefore kept beside its socket, for as long as that is open. Whoever shares the socket (a proxy's clients
// may) learns nothing by it: the comparison takes the same time wherever the texts differ, and only their lengths tell. What
// differs is looked up by its hash like any first one. A revoked key is none from the moment on: that is asked each time.

import { timingSafeEqual } from 'node:crypto'
import type { Identity } from '../core/identity.ts'
import type { ApiKeys } from './api-keys.ts'
import type { HeldKey } from './held-key.ts'

const SCHEME = 'Bearer '

interface Shown {
  readonly header: Buffer
  readonly held: HeldKey
}

export class ShownKeys {
  readonly #keys: Pick<ApiKeys, 'find' | 'use'>
  readonly #bySocket = new WeakMap<object, Shown>()

  constructor(keys: Pick<ApiKeys, 'find' | 'use'>) {
    this.#keys = keys
  }

  /** The identity of the key in an Authorization header; `null` for all that is no valid key in its plainest form. */
  identify(socket: object, authorization: string | undefined): Identity | null {
    if (!authorization?.startsWith(SCHEME)) return null
    const header = Buffer.from(authorization, 'latin1')
    const shown = this.#bySocket.get(socket)
    const isKnown = shown !== undefined && isSame(shown.header, header)
    const held = isKnown ? shown.held : this.#keys.find(authorization.slice(SCHEME.length))
    if (held === null || held.isRevoked) return null
    if (!isKnown) this.#bySocket.set(socket, { header, held })
    return this.#keys.use(held)
  }
}

function isSame(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other)
}
