// Presence: the rooms of all channels whose rule asks for it, as long as somebody is in them. Knows no connection.

import type { Failure } from '../../shared/codes.ts'
import { type ChannelRules, withoutPresence } from './channel-rules.ts'
import { Departures, type DeparturesOptions } from './presence-departures.ts'
import { Room, type RoomOptions } from './presence-room.ts'
import type { PresenceState } from './presence-snapshot.ts'

/** A reload, a change of network or a restarted proxy takes seconds; who is gone for longer has left. */
export const GRACE_MS = 10_000

export interface PresenceOptions extends DeparturesOptions {
  readonly rules: Pick<ChannelRules, 'of'>
  readonly schedule: RoomOptions['schedule']
}

export class Presence {
  readonly #options: PresenceOptions
  readonly #departures: Departures
  readonly #rooms = new Map<string, Room>()

  constructor(options: PresenceOptions) {
    this.#options = options
    this.#departures = new Departures(options)
  }

  /** How many channels have somebody in them. */
  get size(): number {
    return this.#rooms.size
  }

  /** The room of a channel; whoever asks has to enter it. */
  open(channel: string): Room {
    const known = this.#rooms.get(channel)
    if (known) return known
    const { schedule, startTimer } = this.#options
    const onEmpty = (): void => {
      if (this.#rooms.get(channel) === room) this.#rooms.delete(channel)
    }
    const room = new Room({ channel, departures: this.#departures, schedule, startTimer, onEmpty })
    this.#rooms.set(channel, room)
    return room
  }

  /** Who is there; `not_found` where the rule does not ask for presence. */
  async read(channel: string): Promise<PresenceState | Failure> {
    const rule = this.#options.rules.of(channel)
    if (!rule.presence) return withoutPresence(rule, channel)
    return this.#rooms.get(channel)?.read() ?? { members: [], anonymous: 0 }
  }

  /** Nobody departs any more. */
  stop(): void {
    this.#departures.stop()
  }
}
