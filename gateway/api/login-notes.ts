// What the audit log is told of logins: each that succeeds, failed ones without what was typed. Knows no passwords.

import type { LoginFailure, OperatorSession } from '../access/operators.ts'
import type { ApiDeps } from './deps.ts'

/** Attempts that are turned away cost their sender nothing: recorded one by one, they would fill the disk. */
const THROTTLED_EVERY_MS = 60_000

export type NoteLogin = (user: string, address: string, outcome: OperatorSession | LoginFailure) => void

export function createLoginNotes({ operators, audit }: Pick<ApiDeps, 'operators' | 'audit'>): NoteLogin {
  let throttledAt = Number.NEGATIVE_INFINITY
  return (user, address, outcome) => {
    if (!('code' in outcome)) {
      audit.note({ actor: { kind: 'operator', name: outcome.user, address }, action: 'login' })
      return
    }
    // People type passwords into the wrong field: only the name of an account is repeated.
    const name = operators.hasAccount(user) ? user : 'unknown user'
    const actor = { kind: 'nobody', name, address } as const
    if (outcome.code !== 'rate_limited') {
      audit.note({ actor, action: 'login_failed' })
      return
    }
    const now = performance.now()
    if (now - throttledAt < THROTTLED_EVERY_MS) return
    throttledAt = now
    audit.note({ actor, action: 'login_throttled', detail: 'others within a minute are not recorded' })
  }
}
