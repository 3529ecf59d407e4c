// How a connection counts in a room: as a user, as one nobody knows, or as one that only watches. Pure.

import type { Json } from '../../shared/frames.ts'
import type { Identity } from './identity.ts'

export type Visitor =
  | {
      readonly kind: 'member'
      readonly user: string
      readonly info: Json | undefined
      /** Bytes of both as JSON. */
      readonly bytes: number
    }
  | { readonly kind: 'anonymous' }
  /** Backends and operators look in: they are not who a channel's users would meet. */
  | { readonly kind: 'spectator' }

export function visitorOf(identity: Identity): Visitor {
  if (identity.kind === 'key' || identity.kind === 'operator') return { kind: 'spectator' }
  if (identity.kind === 'anonymous' || identity.user === undefined) return { kind: 'anonymous' }
  const { user, info } = identity
  return { kind: 'member', user, info, bytes: Buffer.byteLength(JSON.stringify({ user, info })) }
}
