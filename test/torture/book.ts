// What is known to be stored in one channel, by seq, and which of it the gateway may have let go. Knows no reader.

import type { Keeps } from './channels.ts'

/** A message that was acknowledged or seen. */
export interface Known {
  readonly seq: number
  readonly number: number
  /** When it was first sent, in milliseconds: it was committed later. */
  readonly sentAt: number
  readonly ttlMs: number | null
  readonly bytes: number
  /** A publish was answered with it as a new message: every other answer has to say `duplicate`. */
  wasAnswered: boolean
  /** A deletion was asked for; it may or may not have been carried out. */
  isDeleting: boolean
  /** When the gateway said that it is deleted. */
  deletedAt: number
}

interface Purge {
  readonly begunAt: number
  /** Infinity while it is under way. */
  endedAt: number
}

/** Clocks are read in whole milliseconds, and in two processes. */
const CLOCK_SLACK_MS = 50
/** A channel holds up to twice its messages (rule N4); deleted and expired ones count in the book, not in the gateway. */
const KEPT_TIMES = 3
const KEPT_MORE = 500

export class Book {
  readonly name: string
  readonly #keeps: Keeps
  readonly #bySeq: Known[] = []
  readonly #byNumber = new Map<number, Known>()
  #purges: Purge[] = []
  /** When each publish began whose outcome nobody knows: it may be stored. */
  #uncertain: number[] = []
  /** Everything up to here was forgotten. */
  forgotten = 0

  constructor(name: string, keeps: Keeps) {
    this.name = name
    this.#keeps = keeps
  }

  get size(): number {
    return this.#bySeq.length
  }

  get newest(): number {
    return this.#bySeq.at(-1)?.seq ?? this.forgotten
  }

  byNumber(number: number): Known | undefined {
    return this.#byNumber.get(number)
  }

  bySeq(seq: number): Known | undefined {
    const known = this.#bySeq[this.#indexAfter(seq - 1)]
    return known?.seq === seq ? known : undefined
  }

  add(known: Known): void {
    this.#bySeq.splice(this.#indexAfter(known.seq), 0, known)
    this.#byNumber.set(known.number, known)
  }

  /** What is known between two seqs, `after` excluded and `through` included. */
  *between(after: number, through: number): Generator<Known> {
    for (let index = this.#indexAfter(after); index < this.#bySeq.length; index += 1) {
      const known = this.#bySeq[index]!
      if (known.seq > through) return
      yield known
    }
  }

  addUncertain(sentAt: number): void {
    this.#uncertain.push(sentAt)
  }

  /** Notes that a purge was asked for; call the result once it is over, done or not. */
  beginPurge(now: number): (endedAt: number) => void {
    const purge: Purge = { begunAt: now, endedAt: Number.POSITIVE_INFINITY }
    this.#purges.push(purge)
    return endedAt => {
      purge.endedAt = endedAt
    }
  }

  /**
   * Whether retention or a purge may have taken a message by the time `at` (rule N4). `pending`: how many publishes to
   * this channel had no outcome yet.
   */
  mayBeTrimmed(known: Known, at: number, pending: number): boolean {
    if (at - known.sentAt >= this.#keeps.ageMs - CLOCK_SLACK_MS) return true
    if (this.#purges.some(({ begunAt, endedAt }) => begunAt <= at && known.sentAt <= endedAt)) return true
    let newer = pending
    for (const sentAt of this.#uncertain) if (sentAt >= known.sentAt && sentAt <= at) newer += 1
    let bytes = known.bytes
    for (let index = this.#indexAfter(known.seq); index < this.#bySeq.length; index += 1) {
      const other = this.#bySeq[index]!
      if (other.sentAt > at) continue
      newer += 1
      bytes += other.bytes
      if (newer >= this.#keeps.messages || bytes > this.#keeps.bytes) return true
    }
    return newer >= this.#keeps.messages || (bytes > this.#keeps.bytes && newer > 0)
  }

  /** Whether its ttl may have run out by the time `at`, or it was deleted: then it may be missing without a gap (rule R2). */
  mayBeGone(known: Known, at: number): boolean {
    if (known.isDeleting) return true
    return known.ttlMs !== null && at - known.sentAt >= known.ttlMs - CLOCK_SLACK_MS
  }

  /** Forgets what no reader lacks and the gateway cannot hold any more. */
  forget(through: number): void {
    const spare = this.#bySeq.length - (KEPT_TIMES * this.#keeps.messages + KEPT_MORE)
    const count = Math.min(spare, this.#indexAfter(through))
    if (count <= 0) return
    for (const known of this.#bySeq.splice(0, count)) {
      this.#byNumber.delete(known.number)
      this.forgotten = known.seq
    }
    const oldest = this.#bySeq[0]?.sentAt ?? 0
    this.#uncertain = this.#uncertain.filter(sentAt => sentAt >= oldest)
    this.#purges = this.#purges.filter(({ endedAt }) => endedAt >= oldest)
  }

  /** Index of the first message after a seq. Most questions are about the newest ones. */
  #indexAfter(seq: number): number {
    const list = this.#bySeq
    if (list.length === 0 || list.at(-1)!.seq <= seq) return list.length
    let low = 0
    let high = list.length - 1
    while (low < high) {
      const middle = (low + high) >>> 1
      if (list[middle]!.seq <= seq) low = middle + 1
      else high = middle
    }
    return low
  }
}
