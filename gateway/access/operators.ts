// Operators: who may sign in to the dashboard, and the sessions of those who have. Knows no cookies and no requests.

import { randomBytes } from 'node:crypto'
import type { Failure } from '../../shared/codes.ts'
import type { Config } from '../config/config.ts'
import type { Clock } from '../core/clock.ts'
import { Guesses } from './guesses.ts'
import { fitsHash, isSameText } from './passwords.ts'

/** A session ends when it was not used for this long. */
export const SESSION_MS = 12 * 60 * 60 * 1000

export interface OperatorSession {
  /** 256 random bits: the value of the cookie `twinwire_session`. */
  readonly id: string
  readonly user: string
  /** What every write with the cookie must carry beside it, in a header that other sites cannot set. */
  readonly csrf: string
  /** Milliseconds since 1970; moved on by every use. */
  readonly expires: number
}

/** `retryAfterSeconds` comes with `rate_limited`. */
export interface LoginFailure extends Failure {
  readonly retryAfterSeconds?: number
}

export class Operators {
  readonly #account: Config['admin']
  readonly #clock: Clock
  readonly #guesses: Guesses
  readonly #sessions = new Map<string, OperatorSession>()

  constructor(account: Config['admin'], clock: Clock) {
    this.#account = account
    this.#clock = clock
    this.#guesses = new Guesses(clock)
  }

  /** Opens a session. `unauthorized`: user or password is wrong; `rate_limited`: too many guesses. */
  async login(user: string, password: string, address: string): Promise<OperatorSession | LoginFailure> {
    const waitS = this.#guesses.begin(address)
    if (waitS > 0) {
      const message = `There were too many login attempts: try again in ${waitS} s.`
      return { code: 'rate_limited', message, retryAfterSeconds: waitS }
    }
    // Both are always compared: the time taken does not tell whether the user exists.
    const isUser = isSameText(user, this.#account.user)
    const fits = await this.#isPassword(password)
    if (!isUser || !fits)
      return { code: 'unauthorized', message: 'The user or the password is wrong: try again.' }
    this.#guesses.succeeded(address)
    return this.#open()
  }

  /** The session of an id, kept alive by this look, or `null` when it has ended or never was. */
  session(id: string): OperatorSession | null {
    const session = this.#sessions.get(id)
    const now = this.#clock()
    if (!session || session.expires <= now) {
      this.#sessions.delete(id)
      return null
    }
    const moved = { ...session, expires: now + SESSION_MS }
    this.#sessions.set(id, moved)
    return moved
  }

  /** Ends a session; an unknown id is no error. */
  logout(id: string): void {
    this.#sessions.delete(id)
  }

  async #isPassword(password: string): Promise<boolean> {
    const { password: expected, passwordHash } = this.#account
    if (passwordHash !== undefined) return fitsHash(password, passwordHash)
    return expected !== undefined && isSameText(password, expected)
  }

  #open(): OperatorSession {
    const now = this.#clock()
    for (const [id, old] of this.#sessions) if (old.expires <= now) this.#sessions.delete(id)
    const [id, csrf] = [randomBytes(32).toString('base64url'), randomBytes(32).toString('base64url')]
    const session = { id, user: this.#account.user, csrf, expires: now + SESSION_MS }
    this.#sessions.set(id, session)
    return session
  }
}
