// One API key as the gateway holds it: its hash, its identity, and whether it still counts. Knows no store.

import type { Identity } from '../core/identity.ts'
import type { KeyScope } from '../core/key-store.ts'
import { Rate } from '../core/rate.ts'
import { keyGrant } from './patterns.ts'

/** A key as it is shown: never the key itself. Times are milliseconds since 1970. */
export interface KeyView extends KeyScope {
  readonly origin: 'configuration' | 'records'
  readonly created?: number
  readonly createdBy?: string
  readonly lastUsed?: number
}

export interface HeldKeyParts {
  readonly scope: KeyScope
  readonly digest: Buffer
  readonly lastUsed: number | undefined
  /** Of a key made at run time. */
  readonly made?: { readonly created: number; readonly createdBy: string }
}

export class HeldKey {
  readonly scope: KeyScope
  readonly digest: Buffer
  /** One for all connections and requests of the key, which share its rate. */
  readonly identity: Identity
  lastUsed: number | undefined
  isRevoked = false
  readonly #made: HeldKeyParts['made']

  constructor({ scope, digest, lastUsed, made }: HeldKeyParts) {
    const { name, publish, read, admin, publishPerSecond } = scope
    this.scope = scope
    this.digest = digest
    this.lastUsed = lastUsed
    this.#made = made
    this.identity = {
      kind: 'key',
      name,
      publish: keyGrant(publish),
      read,
      admin,
      publishRate: publishPerSecond === undefined ? undefined : new Rate(publishPerSecond, performance.now()),
      hasEnded: () => this.isRevoked,
    }
  }

  view(): KeyView {
    const { name, publish, read, admin, publishPerSecond } = this.scope
    return {
      name,
      publish,
      read,
      admin,
      ...(publishPerSecond !== undefined && { publishPerSecond }),
      origin: this.#made ? 'records' : 'configuration',
      ...this.#made,
      ...(this.lastUsed !== undefined && { lastUsed: this.lastUsed }),
    }
  }
}
