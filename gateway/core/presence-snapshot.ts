// Who is in a room at one moment, as a frame that is encoded once for each wire format. Knows no rounds.

import type { Json, Member, PresenceFrame } from '../../shared/frames.ts'
import type { Encoder, PerFormat } from './encoder.ts'
import { MAX_PRESENCE_BYTES } from './presence-rounds.ts'

/** A user in a room, whose last connection may be gone since a moment. */
export interface Present {
  readonly user: string
  readonly connections: number
  readonly info: Json | undefined
  /** Bytes of user and info as JSON. */
  readonly bytes: number
}

/** The answer to who is there; `total` only when not all members are listed. */
export type PresenceState = Pick<PresenceFrame, 'members' | 'anonymous' | 'total'>

/** `,"connections":…` and a comma. */
const COUNT_BYTES = 24

/** As many members as fit into one frame, in the order in which they came. */
export function stateOf(present: ReadonlyMap<string, Present>, anonymous: number): PresenceState {
  const members: Member[] = []
  let bytes = 0
  for (const { user, info, connections, bytes: own } of present.values()) {
    bytes += own + COUNT_BYTES
    if (bytes > MAX_PRESENCE_BYTES) return { members, anonymous, total: present.size }
    members.push({ user, ...(info !== undefined && { info }), connections })
  }
  return { members, anonymous }
}

export class Snapshot {
  readonly state: PresenceState
  readonly #channel: string
  readonly #encoded: PerFormat<Buffer> = [undefined, undefined, undefined]

  constructor(channel: string, state: PresenceState) {
    this.#channel = channel
    this.state = state
  }

  encode(encoder: Encoder): Buffer {
    const known = this.#encoded[encoder.slot]
    if (known) return known
    const buffer = encoder.frame({ type: 'presence', channel: this.#channel, ...this.state })
    this.#encoded[encoder.slot] = buffer
    return buffer
  }
}
