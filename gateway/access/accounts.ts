// The accounts that may sign in, from the configuration, and whether a password is an account's. Knows no sessions.

import type { Config } from '../config/config.ts'
import type { Role } from '../core/identity.ts'
import { fitsHash, isSameText } from './passwords.ts'

export interface Account {
  readonly user: string
  /** One of the two is present. */
  readonly password?: string | undefined
  readonly passwordHash?: string | undefined
  readonly role: Role
}

export type AccountConfig = Pick<Config, 'admin' | 'operators'>

export class Accounts {
  readonly #accounts: readonly Account[]
  /** A hash of the kind that passwords are compared with here; none if all accounts have plain passwords. */
  readonly #anyHash: string | undefined

  constructor({ admin, operators }: AccountConfig) {
    this.#accounts = [{ ...admin, role: 'operator' }, ...operators]
    this.#anyHash = this.#accounts.find(({ passwordHash }) => passwordHash !== undefined)?.passwordHash
  }

  /** The account of a user, or null; all are compared, so that the time taken does not tell which came near. */
  find(user: string): Account | null {
    return this.#accounts.filter(account => isSameText(account.user, user))[0] ?? null
  }

  /**
   * The account that user and password fit, or null. A user that does not exist takes as long as one that does: every
   * attempt costs the same comparisons, and a slow hash where one account has one.
   */
  async check(user: string, password: string): Promise<Account | null> {
    const account = this.find(user)
    const hash = account?.passwordHash ?? this.#anyHash
    const fits = hash !== undefined && (await fitsHash(password, hash))
    const isSame = isSameText(password, account?.password ?? '')
    if (account === null) return null
    const hasHash = account.passwordHash !== undefined
    return (hasHash ? fits : isSame) ? account : null
  }
}
