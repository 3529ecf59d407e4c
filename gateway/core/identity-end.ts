// Whether an identity still counts, and the words for one that does not. Pure; knows no keys and no sessions.

import type { Failure } from '../../shared/codes.ts'
import type { Identity } from './identity.ts'

/** Why an identity counts no more, for a person; null while it does. */
export function whyEnded(identity: Identity): string | null {
  const hasEnded = 'hasEnded' in identity && identity.hasEnded?.()
  if (!hasEnded) return null
  return identity.kind === 'key'
    ? `The API key "${identity.name}" was revoked: use another one.`
    : 'The session has ended: sign in again.'
}

/** `unauthorized` for an identity that has ended since it was made. */
export function checkEnd(identity: Identity): Failure | null {
  const message = whyEnded(identity)
  return message === null ? null : { code: 'unauthorized', message }
}
