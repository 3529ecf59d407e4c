// Whose idempotency keys a key is one of (rule H2). Pure; knows no log.

import type { Identity } from './identity.ts'

/** All API keys together, each user, each operator; `otherwise` for callers who are nobody in particular. */
export function publisherScope(identity: Identity, otherwise: string): string {
  if (identity.kind === 'key') return 'key'
  if (identity.kind === 'client' && identity.user !== undefined) return `user:${identity.user}`
  if (identity.kind === 'operator') return `operator:${identity.user}`
  return otherwise
}
