// A reader's subscription to one channel with history: where it stands (rule C2), whether a gap is owed, and its lane.
// Knows no connection.

import type { Frame } from '../harness/frame.ts'
import type { Lane } from './lane.ts'

/** What was presented, and where in this log that lies; null: nowhere (rule C3). */
export interface Asked {
  readonly since: string | undefined
  readonly seq: number | null
}

/** Says which rule is broken, and how. */
export type Blame = (rule: string, text: string) => void

export class Held {
  readonly lane: Lane
  /** A later subscription stands on its own cursor until its `live` (rule C2). */
  joining: boolean
  /** That cursor. */
  own: number
  /** The connection on which it was subscribed to last. */
  connection = 0
  readonly #blame: Blame
  /** `recovered: false` was said: a gap has to follow, before any message; it covers (after, cursor]. */
  #owed: { readonly after: number; readonly cursor: number; readonly asked: Asked } | null = null

  constructor(lane: Lane, joining: boolean, blame: Blame) {
    this.lane = lane
    this.joining = joining
    this.own = lane.start
    this.#blame = blame
  }

  /** Everything up to here was given; `stream`: where the reader's one stream stands. */
  place(stream: number | null): number {
    return this.joining ? this.own : (stream ?? this.lane.start)
  }

  /** It was told where it begins, `cursor`, in answer to what was asked. */
  begin({ recovered }: Frame, cursor: number, asked: Asked): void {
    const { since } = asked
    if ((since !== undefined) !== (recovered !== undefined))
      this.#blame('R2', `\`recovered\` is ${recovered} after since=${since}`)
    if (recovered && asked.seq !== cursor)
      this.#blame('R2', `recovered, but from ${cursor} on instead of ${since}`)
    const after = startOf(asked, cursor)
    this.lane.reopen(after)
    this.own = Math.max(this.own, after)
    if (recovered === false) this.#owed = { after, cursor, asked }
  }

  /** A gap was told; `oldest` is the seq of what is left, `place` where the subscription stood. */
  gap(frame: Frame, oldest: number | null, place: number, at: number): void {
    if (!this.#owed) {
      if (frame.reason !== 'slow') this.#blame('R3', `wrong gap ${JSON.stringify(frame)}`)
      this.lane.gap(place, oldest, at)
      return
    }
    const { asked, cursor } = this.#owed
    if (frame.requested !== asked.since || frame.reason !== (asked.seq === null ? 'reset' : 'expired'))
      this.#blame('R2', `wrong gap ${JSON.stringify(frame)}`)
    if (oldest !== null && oldest <= cursor)
      this.#blame('R2', `the oldest of ${JSON.stringify(frame)} lies before ${cursor}`)
    this.#excuse(at)
  }

  message(seq: number): void {
    if (this.#owed) this.#blame('R2', `${seq} came before the gap that \`recovered: false\` told of`)
    if (this.joining) this.own = seq
    this.lane.deliver(seq)
  }

  live(cursor: number): void {
    if (this.#owed) this.#blame('R2', 'live before the gap that `recovered: false` told of')
    this.joining = false
    this.lane.closeGap(cursor)
  }

  /** Accounts for what came; not while a gap is owed, which says what may be missing. */
  verify(stream: number | null, now: number): void {
    if (!this.#owed) this.lane.verify(this.place(stream), now)
  }

  /** The connection is over; what it was told still counts. */
  disconnected(place: number, at: number): void {
    if (this.#owed) this.#excuse(at)
    this.lane.closeGap(place)
  }

  #excuse(at: number): void {
    const { after, cursor, asked } = this.#owed!
    this.lane.excuse(after, cursor, at, asked.seq === null)
    this.#owed = null
  }
}

/** The seq after which messages are due: what was asked for, the whole log after a cursor that is not of it, or `cursor`. */
export function startOf({ since, seq }: Asked, cursor: number): number {
  return seq ?? (since === undefined ? cursor : 0)
}
