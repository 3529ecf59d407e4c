// Operators: who may sign in to the dashboard, and the sessions of those who have. Knows no cookies and no requests.

import { createHash, createHmac, randomBytes } from 'node:crypto'
import type { Failure } from '../../shared/codes.ts'
import type { Clock } from '../core/clock.ts'
import type { Role } from '../core/identity.ts'
import type { SessionStore, StoredSession } from '../core/session-store.ts'
import { type Account, type AccountConfig, Accounts } from './accounts.ts'
import { Guesses } from './guesses.ts'
import { isSameText } from './passwords.ts'

/** A session ends when it was not used for this long. */
export const SESSION_MS = 12 * 60 * 60 * 1000
/** One more ends the oldest: a script that signs in for every call must not fill the memory. */
const SESSIONS_PER_USER = 100

export interface OperatorSession {
  /** 256 random bits: the value of the cookie `twinwire_session`. */
  readonly id: string
  readonly user: string
  readonly role: Role
  /** What every write with the cookie must carry beside it, in a header that other sites cannot set. */
  readonly csrf: string
  /** Milliseconds since 1970; moved on by every use. */
  readonly expires: number
}

/** `retryAfterSeconds` comes with `rate_limited`. */
export interface LoginFailure extends Failure {
  readonly retryAfterSeconds?: number
}

export interface OperatorsOptions {
  readonly accounts: AccountConfig
  readonly store: SessionStore
  readonly clock: Clock
  readonly onFault: (error: unknown) => void
}

/**
 * Sessions live in memory and are written behind, so that operators get in while the disk is full, of all times.
 * What is kept opens nothing by itself: ids are random and kept as hashes, everything else is made of the id.
 */
export class Operators {
  readonly #accounts: Accounts
  readonly #options: OperatorsOptions
  readonly #guesses: Guesses
  /** By digest, the oldest sign-in first. */
  readonly #sessions: Map<string, StoredSession>
  readonly #unsaved = new Map<string, StoredSession | null>()
  #isFailing = false

  /** Throws when the store cannot be read. */
  constructor(options: OperatorsOptions) {
    this.#options = options
    this.#accounts = new Accounts(options.accounts)
    this.#guesses = new Guesses(options.clock)
    this.#sessions = new Map(options.store.list().map(session => [session.digest, session]))
  }

  /** Opens a session. `unauthorized`: user or password is wrong; `rate_limited`: too many guesses. */
  async login(user: string, password: string, address: string): Promise<OperatorSession | LoginFailure> {
    const waitS = this.#guesses.begin(address)
    if (waitS > 0) {
      const message = `There were too many login attempts: try again in ${waitS} s.`
      return { code: 'rate_limited', message, retryAfterSeconds: waitS }
    }
    const account = await this.#accounts.check(user, password)
    if (account === null)
      return { code: 'unauthorized', message: 'The user or the password is wrong: try again.' }
    this.#guesses.succeeded(address)
    return this.#open(account)
  }

  /** The session of an id, kept alive by this look, or `null` when it has ended or never was. */
  session(id: string): OperatorSession | null {
    const found = this.#find(id)
    if (!found) return null
    const moved = { ...found.stored, expires: this.#options.clock() + SESSION_MS }
    this.#keep(moved)
    return toSession(id, found.account, moved)
  }

  /** Whether a session still counts; a look that does not keep it alive. */
  isOpen(id: string): boolean {
    return this.#find(id) !== null
  }

  /** Whether there is such an account: a text that somebody typed as a user may be a password. */
  hasAccount(user: string): boolean {
    return this.#accounts.find(user) !== null
  }

  /** Ends a session; an unknown id is no error. */
  logout(id: string): void {
    this.#end(digestOf(id))
    this.flush()
  }

  /** Ends all sessions of a user; answers how many there were. */
  logoutEverywhere(user: string): number {
    const own = this.#of(user)
    for (const { digest } of own) this.#end(digest)
    this.flush()
    return own.length
  }

  /** Writes down what has changed; what cannot be written now is tried again with the next call. */
  flush(): void {
    this.#sweep()
    if (this.#unsaved.size === 0) return
    try {
      this.#options.store.save(this.#unsaved)
      this.#unsaved.clear()
      this.#isFailing = false
    } catch (error) {
      if (!this.#isFailing) this.#options.onFault(error)
      this.#isFailing = true
    }
  }

  #find(id: string): { stored: StoredSession; account: Account } | null {
    const stored = this.#sessions.get(digestOf(id))
    if (!stored) return null
    const account = this.#accounts.find(stored.user)
    const counts = account !== null && stored.expires > this.#options.clock()
    // After a restart the account may be gone, or have a new password because the old one was no secret any more.
    if (counts && isSameText(stored.seal, sealOf(id, account))) return { stored, account }
    this.#end(stored.digest)
    return null
  }

  #open(account: Account): OperatorSession {
    const own = this.#of(account.user)
    for (const { digest } of own.slice(0, Math.max(0, own.length - SESSIONS_PER_USER + 1))) this.#end(digest)
    const id = randomBytes(32).toString('base64url')
    const expires = this.#options.clock() + SESSION_MS
    const stored = { digest: digestOf(id), user: account.user, seal: sealOf(id, account), expires }
    this.#keep(stored)
    this.flush()
    return toSession(id, account, stored)
  }

  #of(user: string): StoredSession[] {
    return [...this.#sessions.values()].filter(session => session.user === user)
  }

  #keep(session: StoredSession): void {
    this.#sessions.set(session.digest, session)
    this.#unsaved.set(session.digest, session)
  }

  #end(digest: string): void {
    if (this.#sessions.delete(digest)) this.#unsaved.set(digest, null)
  }

  #sweep(): void {
    const now = this.#options.clock()
    for (const { digest, expires } of this.#sessions.values()) if (expires <= now) this.#end(digest)
  }
}

function toSession(id: string, { user, role }: Account, { expires }: StoredSession): OperatorSession {
  return { id, user, role, csrf: derive(id, 'csrf'), expires }
}

/**
 * Made with the id as the key, which is kept nowhere: who reads the file cannot try passwords against it. The label
 * keeps it apart from the CSRF token, whatever a password says.
 */
function sealOf(id: string, { user, password, passwordHash }: Account): string {
  return derive(id, `seal ${JSON.stringify([user, passwordHash ?? password])}`)
}

function derive(id: string, text: string): string {
  return createHmac('sha256', id).update(text).digest('base64url')
}

function digestOf(id: string): string {
  return createHash('sha256').update(id).digest('hex')
}
