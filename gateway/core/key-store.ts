// Where API keys that were made at run time are kept: their hashes, never the keys. Types only.

import type { Deed } from './audit.ts'

/** What a key may do. */
export interface KeyScope {
  readonly name: string
  /** Patterns of the channels it publishes to. */
  readonly publish: readonly string[]
  readonly read: boolean
  readonly admin: boolean
  /** Messages a second; undefined: no rate. */
  readonly publishPerSecond?: number | undefined
}

export interface StoredKey extends KeyScope {
  /** SHA-256 of the key. */
  readonly digest: Uint8Array
  /** Milliseconds since 1970. */
  readonly created: number
  readonly createdBy: string
}

/** Every method throws when the storage fails. */
export interface KeyStore {
  list(): StoredKey[]
  /** Adds a key together with the record of it: both or neither. */
  add(key: StoredKey, deed: Deed): void
  /** Removes a key together with the record of it; false when there is none of this name. */
  remove(name: string, deed: Deed): boolean
  /** When keys were last used (ms since 1970), by name; those of the configuration too. */
  uses(): ReadonlyMap<string, number>
  saveUses(uses: ReadonlyMap<string, number>): void
  /** Whether another process has written since the last call. */
  hasChanged(): boolean
}
