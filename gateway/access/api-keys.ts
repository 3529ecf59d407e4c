// API keys, those of the configuration and those made at run time: found by what a backend sends, listed, made, revoked.
// Knows no headers and no tokens.

import { hash, randomBytes } from 'node:crypto'
import type { Failure } from '../../shared/codes.ts'
import type { ApiKeyConfig } from '../config/config.ts'
import type { Actor } from '../core/audit.ts'
import type { Clock } from '../core/clock.ts'
import type { Identity } from '../core/identity.ts'
import type { KeyScope, KeyStore, StoredKey } from '../core/key-store.ts'
import { HeldKey, type KeyView } from './held-key.ts'
import { checkMaker, checkScope, KEY_PREFIX, makeKey } from './new-key.ts'

/** The identity of a key, or `null` for a text that is none. */
export type KeyReader = (bearer: string) => Identity | null

/** `status` where the code's own says too little: 409, what stands there already is in the way. */
export interface KeyFailure extends Failure {
  readonly status?: 409
}

/** Who makes or revokes a key; `identity` null: a person at the command line, who has the files in hand anyway. */
export interface KeyMaker {
  readonly actor: Actor
  readonly identity: Identity | null
}

export interface ApiKeysOptions {
  readonly configured: readonly ApiKeyConfig[]
  readonly store: KeyStore
  readonly clock: Clock
  /** Called after keys were revoked, also by another process: what they hold open is to be closed. */
  readonly onRevoked: () => void
  readonly onFault: (error: unknown) => void
}

/** Each is held in memory. */
const MAX_STORED = 1000

const STORE_FAILED: KeyFailure = {
  code: 'unavailable',
  message:
    'The change cannot be recorded (records.db in the data folder cannot be written), so nothing was changed: make room on the disk, then try again.',
}

export class ApiKeys {
  readonly #options: ApiKeysOptions
  /** Made anew by every process; see `#blind`. */
  readonly #blindness = randomBytes(32)
  readonly #configured: readonly HeldKey[]
  readonly #stored = new Map<string, HeldKey>()
  readonly #byDigest = new Map<string, HeldKey>()
  readonly #unsavedUses = new Map<string, number>()
  #isFailing = false
  /** A change was seen and not taken over yet: the store tells of each only once. */
  #isBehind = false

  /** Throws when the store cannot be read: without it nobody knows who was let in and who was shut out. */
  constructor(options: ApiKeysOptions) {
    this.#options = options
    const uses = options.store.uses()
    this.#configured = options.configured.map(({ key, ...scope }) => {
      const held = new HeldKey({ scope, digest: sha256(key), lastUsed: uses.get(scope.name) })
      this.#byDigest.set(this.#blind(held.digest), held)
      return held
    })
    for (const key of options.store.list()) this.#hold(key, uses.get(key.name))
  }

  /** The identity of a key, or `null` for a text that is none. */
  readonly identify: KeyReader = bearer => {
    const held = this.find(bearer)
    return held && this.use(held)
  }

  /** The key that a text is, without that being a use of it. */
  find(bearer: string): HeldKey | null {
    const digest = this.#blind(sha256(bearer))
    // A key that a command has just made is known before the next look at the store. No token has the prefix.
    if (!this.#byDigest.has(digest) && bearer.startsWith(KEY_PREFIX)) this.refresh()
    return this.#byDigest.get(digest) ?? null
  }

  /** Notes that a key was shown; the identity that it stands for. */
  use(held: HeldKey): Identity {
    held.lastUsed = this.#options.clock()
    this.#unsavedUses.set(held.scope.name, held.lastUsed)
    return held.identity
  }

  list(): KeyView[] {
    return [...this.#configured, ...this.#stored.values()].map(held => held.view())
  }

  /** The identity of a key by its name, without that being a use of it; `null` when there is none. */
  named(name: string): Identity | null {
    this.refresh()
    const held = this.#configured.find(({ scope }) => scope.name === name) ?? this.#stored.get(name)
    return held?.identity ?? null
  }

  /** Makes a key, and returns it for the only time. Refused if nobody could know later that it was made. */
  create(scope: KeyScope, maker: KeyMaker): { readonly key: string; readonly view: KeyView } | KeyFailure {
    this.refresh()
    const refused =
      checkScope(scope) ??
      (maker.identity && checkMaker(maker.identity, scope)) ??
      this.#checkRoom(scope.name)
    if (refused) return refused
    const key = makeKey()
    const created = this.#options.clock()
    const stored: StoredKey = { ...scope, digest: sha256(key), created, createdBy: maker.actor.name }
    const done = this.#write(store =>
      store.add(stored, {
        actor: maker.actor,
        action: 'key_create',
        target: scope.name,
        detail: describe(scope),
      }),
    )
    return done === null ? STORE_FAILED : { key, view: this.#hold(stored).view() }
  }

  /** Revokes a key that was made at run time; from now on it opens nothing, and what it had open is closed. */
  revoke(name: string, { actor }: KeyMaker): KeyFailure | null {
    this.refresh()
    if (!this.#stored.has(name)) return this.#unknown(name)
    const done = this.#write(store => store.remove(name, { actor, action: 'key_revoke', target: name }))
    if (done === null) return STORE_FAILED
    this.#drop([name])
    return null
  }

  /** Takes over what another process has changed in the store; cheap when that is nothing. */
  refresh(): void {
    try {
      if (this.#options.store.hasChanged()) this.#isBehind = true
      if (!this.#isBehind) return
      const now = new Map(this.#options.store.list().map(key => [key.name, key]))
      const gone = [...this.#stored.values()].filter(held => {
        const key = now.get(held.scope.name)
        // The same name may be another key by now.
        return key === undefined || !held.digest.equals(key.digest)
      })
      this.#drop(gone.map(held => held.scope.name))
      for (const [name, key] of now) if (!this.#stored.has(name)) this.#hold(key)
      this.#isBehind = false
    } catch (error) {
      this.#fail(error)
    }
  }

  /** Writes down when keys were last used. */
  flush(): void {
    if (this.#unsavedUses.size === 0) return
    if (this.#write(store => store.saveUses(this.#unsavedUses)) !== null) this.#unsavedUses.clear()
  }

  /**
   * Keys are looked up by hash, and by one that nobody outside can compute: so the time that a look-up takes tells
   * nothing about how near a guess came, neither of a key nor of its digest (which matters for the configuration's
   * keys: these may be weak enough to be tried out elsewhere, if one knew how their digest begins).
   */
  #blind(digest: Buffer): string {
    return hash('sha256', Buffer.concat([this.#blindness, digest]), 'base64')
  }

  #hold(key: StoredKey, lastUsed?: number): HeldKey {
    const { digest, created, createdBy, ...scope } = key
    const held = new HeldKey({ scope, digest: Buffer.from(digest), lastUsed, made: { created, createdBy } })
    this.#stored.set(scope.name, held)
    this.#byDigest.set(this.#blind(held.digest), held)
    return held
  }

  #drop(names: readonly string[]): void {
    for (const name of names) {
      const held = this.#stored.get(name)!
      held.isRevoked = true
      this.#stored.delete(name)
      this.#byDigest.delete(this.#blind(held.digest))
      this.#unsavedUses.delete(name)
    }
    if (names.length > 0) this.#options.onRevoked()
  }

  #checkRoom(name: string): KeyFailure | null {
    if (this.#configured.some(held => held.scope.name === name) || this.#stored.has(name)) {
      return conflict(
        `There is a key called "${name}" already: choose another name, or revoke that one first.`,
      )
    }
    if (this.#stored.size < MAX_STORED) return null
    return conflict(`There are ${MAX_STORED} keys, as many as there can be: revoke some that are not used.`)
  }

  #unknown(name: string): KeyFailure {
    if (this.#configured.some(held => held.scope.name === name)) {
      return conflict(
        `The key "${name}" stands in the gateway's configuration (apiKeys, or for "default" TWINWIRE_API_KEY or secrets.json): take it out there, then restart.`,
      )
    }
    return { code: 'not_found', message: `There is no key called ${JSON.stringify(name.slice(0, 80))}.` }
  }

  /** `null`: the store failed, and has changed nothing. */
  #write<T>(act: (store: KeyStore) => T): T | null {
    try {
      const result = act(this.#options.store)
      this.#isFailing = false
      return result
    } catch (error) {
      this.#fail(error)
      return null
    }
  }

  /** Told once, not each second. */
  #fail(error: unknown): void {
    if (!this.#isFailing) this.#options.onFault(error)
    this.#isFailing = true
  }
}

function conflict(message: string): KeyFailure {
  return { code: 'bad_request', status: 409, message }
}

function describe({ publish, read, admin, publishPerSecond }: KeyScope): string {
  const parts = publish.length > 0 ? [`publish ${publish.join(' ')}`] : []
  if (read) parts.push('read')
  if (admin) parts.push('admin')
  if (publishPerSecond !== undefined) parts.push(`${publishPerSecond} messages a second`)
  return parts.join(', ')
}

/** Plain SHA-256 suffices: 256 random bits cannot be guessed, so there is nothing that a slow hash would slow down. */
function sha256(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}
