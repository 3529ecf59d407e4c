// One connection's part in presence: the rooms that it is in, and what it still has to be told of them. Knows no socket.

import type { Encoder } from './encoder.ts'
import type { Identity } from './identity.ts'
import type { Presence } from './presence.ts'
import type { Room, Watch } from './presence-room.ts'
import { type Visitor, visitorOf } from './visitor.ts'

interface Visit {
  readonly room: Room
  /** Null before the channel is live. */
  watch: Watch | null
}

export interface AttendanceOptions {
  readonly presence: Presence
  readonly identity: Identity
  readonly encoder: Encoder
  /** There is something to tell: the session takes a turn. */
  readonly onNews: () => void
}

export class Attendance {
  readonly #options: AttendanceOptions
  readonly #visits = new Map<string, Visit>()
  /** Visits of which there is something to tell. */
  readonly #news = new Set<Visit>()
  #visitor: Visitor

  constructor(options: AttendanceOptions) {
    this.#options = options
    this.#visitor = visitorOf(options.identity)
  }

  get hasNews(): boolean {
    return this.#news.size > 0
  }

  /** The connection is subscribed to a channel with presence. */
  enter(channel: string): void {
    const room = this.#options.presence.open(channel)
    room.enter(this.#visitor)
    this.#visits.set(channel, { room, watch: null })
  }

  /** Channels have become live: what is told of presence begins here, once. */
  live(channels: Iterable<string>): void {
    for (const channel of channels) {
      const visit = this.#visits.get(channel)
      if (!visit || visit.watch) continue
      visit.watch = { told: null, from: 0, touch: () => this.#touch(visit) }
      visit.room.watch(visit.watch)
    }
  }

  /** The subscription has ended while the connection stays. */
  leave(channel: string): void {
    const visit = this.#visits.get(channel)
    if (!visit) return
    this.#visits.delete(channel)
    this.#exit(visit, true)
  }

  /** The connection has ended; `isFinal`: it will not come back. */
  end(isFinal: boolean): void {
    for (const visit of this.#visits.values()) this.#exit(visit, isFinal)
    this.#visits.clear()
  }

  /** The connection shows a new token of the same user. */
  renew(identity: Identity): void {
    this.#visitor = visitorOf(identity)
    for (const { room } of this.#visits.values()) room.renew(this.#visitor)
  }

  /** Takes the next thing to tell, in a buffer that others may share; null: nothing yet. */
  next(): Buffer | null {
    for (const visit of this.#news) {
      this.#news.delete(visit)
      const buffer = visit.watch && visit.room.take(visit.watch, this.#options.encoder)
      if (buffer) return buffer
    }
    return null
  }

  #touch(visit: Visit): void {
    this.#news.add(visit)
    this.#options.onNews()
  }

  #exit(visit: Visit, isFinal: boolean): void {
    const { room, watch } = visit
    this.#news.delete(visit)
    if (watch) room.unwatch(watch)
    if (isFinal) room.leave(this.#visitor)
    else room.lose(this.#visitor)
  }
}
