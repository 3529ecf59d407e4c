// One channel as one reader was given it, over all its connections: what came, what gaps were told, and whether that is
// everything (rules R2, R3, R4). Checked bit by bit, as far as the model is settled. Knows no frames.

import type { Book, Known } from './book.ts'
import type { Model } from './model.ts'
import type { Verdict } from './verdict.ts'

/** Messages in (after, through] may be missing, because a gap was told at a time. */
interface Excuse {
  readonly after: number
  through: number
  readonly at: number
  isEmpty: boolean
}

/** When the reader was seen to have passed a place, to tell whether a ttl had run out by then. */
interface Pass {
  readonly seq: number
  readonly at: number
}

const KEPT_EXCUSES = 8

export class Lane {
  readonly channel: string
  readonly who: string
  /** Messages after this seq are due. */
  start: number
  /** The newest seq that came, or was passed over by an opening. */
  last: number
  /** Everything up to here is accounted for. */
  checked: number
  /** Gaps behind which nothing was missing. */
  wideGaps = 0
  readonly #model: Model
  readonly #verdict: Verdict
  readonly #book: Book
  /** What came and is not accounted for yet. */
  #pending: number[] = []
  #excuses: Excuse[] = []
  /** A gap whose end is not known yet: the next message or `live` ends it. */
  #openGap: Excuse | null = null
  #passes: Pass[] = []

  constructor(channel: string, who: string, start: number, model: Model, verdict: Verdict) {
    this.channel = channel
    this.who = who
    this.start = start
    this.last = start
    this.checked = start
    this.#model = model
    this.#verdict = verdict
    this.#book = model.books.get(channel)!
  }

  /** The reader resumed before the place where this lane began, and nothing had come: more is due. */
  reopen(since: number): void {
    if (since >= this.start) return
    this.start = since
    this.checked = since
    this.last = since
  }

  /** A gap was told whose end is known: `through` is the last that may be missing. */
  excuse(after: number, through: number, at: number, isReset = false): void {
    // A cursor that says nothing gets a gap in any case.
    this.#excuses.push({ after, through, at, isEmpty: !isReset })
    this.last = Math.max(this.last, through)
  }

  /** A gap was told in the middle of the stream; `oldest` is what is left, if anything is (rule R3). */
  gap(after: number, oldest: number | null, at: number): void {
    if (oldest !== null) {
      this.excuse(after, oldest - 1, at)
      return
    }
    this.closeGap(after)
    this.#openGap = { after, through: Number.POSITIVE_INFINITY, at, isEmpty: true }
  }

  closeGap(through: number): void {
    if (!this.#openGap) return
    this.#excuses.push({ ...this.#openGap, through })
    this.#openGap = null
  }

  deliver(seq: number): void {
    if (seq <= this.last) {
      this.#blame('R2', `${seq} came, after everything up to ${this.last} had come or was told to be missing`)
      return
    }
    this.closeGap(seq - 1)
    this.last = seq
    this.#pending.push(seq)
  }

  /** Accounts for everything up to `through`, where the reader stands, as far as the model knows it. */
  verify(through: number, now: number): void {
    if (this.#passes.at(-1)?.seq !== through) this.#passes.push({ seq: through, at: now })
    // Behind a gap without an end nothing is known to be due.
    const due = this.#openGap ? Math.min(through, this.#openGap.after) : through
    const end = Math.min(due, this.#model.settled)
    if (end <= this.checked) return
    let next = 0
    const missing: Known[] = []
    for (const known of this.#book.between(this.checked, end)) {
      while (next < this.#pending.length && this.#pending[next]! < known.seq) next += 1
      if (this.#pending[next] === known.seq) next += 1
      else missing.push(known)
    }
    this.#judge(missing)
    while (next < this.#pending.length && this.#pending[next]! <= end) next += 1
    this.#pending.splice(0, next)
    this.checked = end
    this.#forget()
  }

  /** A message became known whose place was settled: whoever passed it was not given it. */
  checkLate(seq: number): void {
    if (seq <= this.start || seq > this.checked) return
    if (this.#excuses.some(({ after, through }) => seq > after && seq <= through)) return
    if (this.#excuses.length >= KEPT_EXCUSES && seq <= this.#excuses[0]!.after) return
    this.#judge([this.#book.bySeq(seq)!])
  }

  #judge(missing: readonly Known[]): void {
    const newest = new Map<Excuse, Known>()
    for (const known of missing) {
      const excuse = this.#excuses.find(({ after, through }) => known.seq > after && known.seq <= through)
      if (excuse) excuse.isEmpty = false
      if (this.#book.mayBeGone(known, this.#passedAt(known.seq))) continue
      if (excuse) newest.set(excuse, known)
      else this.#blameLoss(known)
    }
    // What is older than a message that retention may take, it may take too.
    for (const [{ at, after, through }, known] of newest) {
      if (this.#book.mayBeTrimmed(known, at, this.#model.pendingIn(this.channel, at))) continue
      const { seq, number } = known
      this.#blame(
        'N4',
        `${seq} (message ${number}) is missing behind the gap (${after}, ${through}], but had to be kept`,
      )
    }
  }

  #blameLoss({ seq, number, wasAnswered }: Known): void {
    const told = wasAnswered ? 'acknowledged' : 'given to another reader'
    this.#blame('R2', `${seq} (message ${number}, ${told}) is missing, and no gap covers it`)
  }

  #blame(rule: string, text: string): void {
    this.#verdict.add(rule, this.who, this.channel, `${text}; checked through ${this.checked}`)
  }

  #passedAt(seq: number): number {
    return this.#passes.find(pass => pass.seq >= seq)?.at ?? Number.POSITIVE_INFINITY
  }

  #forget(): void {
    const isOver = ({ through }: Excuse) => through <= this.checked
    for (const excuse of this.#excuses) {
      if (!isOver(excuse) || !excuse.isEmpty) continue
      excuse.isEmpty = false
      this.wideGaps += 1
    }
    while (this.#excuses.length > KEPT_EXCUSES && isOver(this.#excuses[0]!)) this.#excuses.shift()
    const passed = this.#passes.findIndex(pass => pass.seq >= this.checked)
    if (passed > 0) this.#passes.splice(0, passed)
  }
}
