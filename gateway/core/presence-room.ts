// A room: who is in one channel with presence, and what those who watch it have been told. Knows no connection and no
// wire format.
//
// Changes are told in rounds: of a user who came and went between two rounds nothing is told. Whoever watches has been
// told a number of rounds. It takes those that it lacks; when they are not kept any more, or at its beginning, it takes
// a snapshot, which stands at the end of a round too. So a snapshot and every round after it give the exact membership,
// at any speed, and nothing waits for a slow reader but its place.

import type { Join, Leave } from '../../shared/frames.ts'
import type { Encoder } from './encoder.ts'
import type { Departure, Departures } from './presence-departures.ts'
import { Rounds } from './presence-rounds.ts'
import { type PresenceState, type Present, Snapshot, stateOf } from './presence-snapshot.ts'
import type { TurnTaker } from './subscriber.ts'
import type { startTimer } from './timer.ts'
import type { Visitor } from './visitor.ts'

/** Beyond so many members each join would cost everybody a write: they are collected. */
const LARGE = 500
/** How long they are collected for. */
const COLLECT_MS = 500
/** What stands around a member in a frame of its own, besides the channel. */
const FRAME_BYTES = 64

export interface RoomOptions {
  readonly channel: string
  readonly departures: Departures
  /** Gives the room its turn at the end of this turn of the event loop. */
  readonly schedule: (room: TurnTaker) => void
  readonly startTimer: typeof startTimer
  /** Nobody is left, nor expected back. */
  readonly onEmpty: () => void
}

/** One connection's view of a room. */
export interface Watch {
  /** How many rounds it has been told; null: it needs a snapshot. */
  told: number | null
  /** A snapshot has to come from this collection or a later one, to hold the watcher itself. */
  from: number
  /** There is something to take. */
  touch(): void
}

/** Somebody in the room: `bytes` and `info` are those of the token shown last. */
type Member = { -readonly [Key in keyof Present]: Present[Key] } & { departure: Departure | null }

interface Change {
  readonly type: 'join' | 'leave'
  readonly member: Present
}

export class Room implements TurnTaker {
  readonly #options: RoomOptions
  readonly #members = new Map<string, Member>()
  #anonymous = 0
  /** Connections inside, of whatever kind. */
  #visitors = 0
  readonly #watches = new Set<Watch>()
  /** Watches that have not been told everything. */
  readonly #behind = new Set<Watch>()
  /** Watches that need a snapshot of the next collection. */
  readonly #waiting = new Set<Watch>()
  #readers: ((state: PresenceState) => void)[] = []
  readonly #rounds = new Rounds()
  /** What the next round tells of, by user. */
  readonly #changes = new Map<string, Change>()
  #collections = 0
  /** Something is not as the last collection left it. */
  #isStale = false
  #isCollecting = false
  #snapshot: Snapshot | null = null

  constructor(options: RoomOptions) {
    this.#options = options
  }

  enter(visitor: Visitor): void {
    this.#visitors += 1
    if (visitor.kind === 'spectator') return
    this.#isStale = true
    if (visitor.kind === 'anonymous') this.#anonymous += 1
    else this.#admit(visitor.user).connections += 1
    this.renew(visitor)
  }

  /** A connection of a user shows a token: what it says of the user counts from now on. */
  renew(visitor: Visitor): void {
    const member = visitor.kind === 'member' ? this.#members.get(visitor.user) : undefined
    if (!member || visitor.kind !== 'member') return
    this.#isStale = true
    member.info = visitor.info
    member.bytes = visitor.bytes
  }

  /** A connection leaves for good: with a user's last one, the user does. */
  leave(visitor: Visitor): void {
    const member = this.#exit(visitor)
    if (member?.connections === 0 && member.departure === null) this.#dismiss(member)
    this.#closeIfEmpty()
  }

  /** A connection is lost: a user's last one may be back in a moment, and nobody has to hear of it. */
  lose(visitor: Visitor): void {
    const member = this.#exit(visitor)
    if (member) {
      member.departure?.cancel()
      member.departure = this.#options.departures.add(() => {
        member.departure = null
        if (member.connections === 0) this.#dismiss(member)
        this.#closeIfEmpty()
      })
    }
    this.#closeIfEmpty()
  }

  /** From now on a connection is told: a snapshot first, which holds what came before. */
  watch(watch: Watch): void {
    watch.told = null
    watch.from = this.#isStale ? this.#collections + 1 : 0
    this.#watches.add(watch)
    this.#behind.add(watch)
    watch.touch()
  }

  unwatch(watch: Watch): void {
    this.#watches.delete(watch)
    this.#waiting.delete(watch)
    this.#told(watch)
  }

  /** What a watch lacks, shared with everybody who stands there; null: it will be touched when there is something. */
  take(watch: Watch, encoder: Encoder): Buffer | null {
    if (watch.told === this.#rounds.count) {
      this.#told(watch)
      return null
    }
    const rounds = watch.told === null ? null : this.#rounds.after(watch.told, encoder)
    const taken = rounds ?? this.#snapshotFor(watch)?.encode(encoder) ?? null
    if (taken === null) {
      watch.told = null
      this.#waiting.add(watch)
      this.#collect()
      return null
    }
    watch.told = this.#rounds.count
    this.#waiting.delete(watch)
    this.#told(watch)
    return taken
  }

  /** Who is there, everything that happened before included; in a large room it may take until the next collection. */
  async read(): Promise<PresenceState> {
    if (!this.#isStale) return this.#capture().state
    this.#collect()
    return new Promise(resolve => this.#readers.push(resolve))
  }

  /** The end of a collection. */
  takeTurn(): void {
    this.#isCollecting = false
    this.#isStale = false
    this.#collections += 1
    const hasChanges = this.#changes.size > 0
    if (hasChanges) this.#endRound()
    this.#snapshot = null
    // Before their turn comes there may be changes again, which a snapshot must not hold before their round.
    if (this.#waiting.size > 0) this.#capture()
    this.#touch(hasChanges ? this.#watches : this.#waiting)
    const readers = this.#readers
    this.#readers = []
    for (const answer of readers) answer(this.#capture().state)
  }

  #endRound(): void {
    const { channel } = this.#options
    let bytes = 0
    const frames = [...this.#changes.values()].map(({ type, member }): Join | Leave => {
      const { user, info } = member
      bytes += member.bytes + channel.length + FRAME_BYTES
      return { type, channel, user, ...(info !== undefined && { info }) }
    })
    this.#changes.clear()
    this.#rounds.add(frames, bytes)
  }

  #touch(watches: Iterable<Watch>): void {
    for (const watch of watches) {
      this.#behind.add(watch)
      watch.touch()
    }
    if (this.#behind.size === 0) this.#rounds.forget()
  }

  #admit(user: string): Member {
    const known = this.#members.get(user)
    known?.departure?.cancel()
    if (known) known.departure = null
    if (known) return known
    const member: Member = { user, connections: 0, info: undefined, bytes: 0, departure: null }
    this.#members.set(user, member)
    this.#change('join', member)
    return member
  }

  #exit(visitor: Visitor): Member | undefined {
    this.#visitors -= 1
    if (visitor.kind === 'spectator') return undefined
    this.#isStale = true
    if (visitor.kind === 'anonymous') this.#anonymous -= 1
    const member = visitor.kind === 'member' ? this.#members.get(visitor.user) : undefined
    if (member) member.connections -= 1
    return member
  }

  #dismiss(member: Member): void {
    this.#isStale = true
    this.#members.delete(member.user)
    this.#change('leave', member)
  }

  /** Who came and went, or went and came, since the last round has done neither. */
  #change(type: 'join' | 'leave', member: Member): void {
    if (!this.#changes.delete(member.user)) this.#changes.set(member.user, { type, member })
    this.#collect()
  }

  #collect(): void {
    if (this.#isCollecting) return
    this.#isCollecting = true
    const { startTimer, schedule } = this.#options
    if (this.#members.size > LARGE) startTimer(COLLECT_MS, () => schedule(this))
    else schedule(this)
  }

  /** A snapshot of the last collection; null when the watch has to wait for the next. */
  #snapshotFor(watch: Watch): Snapshot | null {
    if (!this.#isStale) return this.#capture()
    return watch.from <= this.#collections ? this.#snapshot : null
  }

  /** Only while nothing is stale. */
  #capture(): Snapshot {
    const { channel } = this.#options
    this.#snapshot ??= new Snapshot(channel, stateOf(this.#members, this.#anonymous))
    return this.#snapshot
  }

  #told(watch: Watch): void {
    this.#behind.delete(watch)
    if (this.#behind.size === 0) this.#rounds.forget()
  }

  #closeIfEmpty(): void {
    if (this.#visitors === 0 && this.#members.size === 0) this.#options.onEmpty()
  }
}
