// Who is at the other end, and what that identity may do: the core's view of access. Types only; knows no tokens.

import type { Failure } from '../../shared/codes.ts'
import type { Json } from '../../shared/frames.ts'
import type { Rate } from './rate.ts'

/** Grants are patterns of channel names, compiled once. */
export interface Grant {
  (channel: string): boolean
  /** The pattern that covers a channel, for an explanation; absent where channels are granted one by one. */
  readonly patternFor?: (channel: string) => string | undefined
  /** The patterns as they are now, to be shown. */
  readonly patterns?: () => readonly string[]
}

export type Role = 'operator' | 'viewer'

/** Whether what the identity was made from counts no more: a key that was revoked, a session that was signed out. */
export type HasEnded = () => boolean

export type Identity =
  | { readonly kind: 'anonymous' }
  | {
      readonly kind: 'client'
      /** The token's `sub`; without one: an anonymous holder of grants. */
      readonly user?: string | undefined
      readonly info?: Json | undefined
      readonly subscribe: Grant
      readonly publish: Grant
      /** When the token ends, in milliseconds since 1970. */
      readonly expires?: number | undefined
      /** Who can be asked about further channels; a token has said everything. */
      readonly authority?: Authority | undefined
    }
  | {
      readonly kind: 'key'
      readonly name: string
      readonly publish: Grant
      readonly read: boolean
      readonly admin: boolean
      /** Shared by everything that the key publishes; without one it has no rate. */
      readonly publishRate?: Rate | undefined
      readonly hasEnded?: HasEnded | undefined
    }
  | {
      readonly kind: 'operator'
      readonly user: string
      /** What the sign-in opened: it ends when that does. */
      readonly session: string
      /** A viewer sees everything and changes nothing. */
      readonly role: Role
      readonly hasEnded?: HasEnded | undefined
      readonly expires?: number | undefined
    }

/** Decides on channels as they come up, for an identity that it has given. */
export interface Authority {
  /** Widens the identity's grants by what is granted of these channels; a failure when that could not be found out. */
  consult(channels: readonly string[]): Promise<Failure | null>
}

/** `null`: allowed. Otherwise why not, naming the rule that refused and what would allow it. */
export type Verdict = Failure | null

export interface Access {
  /** Reads a client's JWT. */
  authenticate(token: string): Promise<Identity | Failure>
  maySubscribe(identity: Identity, channel: string): Verdict
  /** `subscribed`: whether the connection has the channel, for the rule `publish: subscribers`. */
  mayPublish(identity: Identity, channel: string, subscribed: boolean): Verdict
  mayRead(identity: Identity, channel: string): Verdict
}
