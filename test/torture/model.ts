// The model: what was published, what of it was acknowledged or seen, and up to which seq all of that is known. Knows no
// sockets and no reader.

import { parseCursor } from '../../shared/cursor.ts'
import { Book } from './book.ts'
import type { ChannelPlan } from './channels.ts'
import type { Verdict } from './verdict.ts'

/** One message, or one for each of several channels, as a publisher means to send it. */
export interface Draft {
  /** Never given to another message. */
  readonly number: number
  readonly channels: readonly string[]
  readonly pad: string
  readonly key: string | null
  readonly ttlMs: number | null
}

/** The `data` of a message, by which a reader knows it. */
export interface Payload {
  n: number
  k: number
  pad: string
}

export function payloadOf({ number, pad }: Draft): Payload {
  return { n: number, k: pad.length, pad }
}

interface Attempt {
  readonly draft: Draft
  readonly bytes: number
  readonly sentAt: number
  /** The newest seq that was known when it began: its own is higher. */
  readonly headBefore: number
  /** Channels whose outcome is open. */
  readonly open: Set<string>
  state: 'under way' | 'uncertain' | 'refused'
}

export interface Sight {
  readonly channel: string
  readonly seq: number
  readonly data: Payload
  readonly who: string
}

export class Model {
  readonly books = new Map<string, Book>()
  readonly unstored = new Unstored()
  acknowledged = 0
  duplicates = 0
  uncertain = 0
  #epoch: string | null = null
  #head = 0
  readonly #verdict: Verdict
  readonly #clock: () => number
  /** All whose outcome is not known for every channel, in the order they began. */
  readonly #attempts = new Map<number, Attempt>()
  readonly #underWay = new Map<number, Attempt>()
  /** Told of a stored message that nobody knew, although its place was settled. */
  onLateSight: (channel: string, seq: number) => void = () => {}

  constructor(plans: readonly ChannelPlan[], verdict: Verdict, clock: () => number) {
    this.#verdict = verdict
    this.#clock = clock
    for (const { name, keeps } of plans) if (keeps !== null) this.books.set(name, new Book(name, keeps))
  }

  get head(): number {
    return this.#head
  }

  get epoch(): string | null {
    return this.#epoch
  }

  get underWay(): number {
    return this.#underWay.size
  }

  /** Up to here everything acknowledged is known: whatever is still under way gets a higher seq. */
  get settled(): number {
    const [oldest] = this.#underWay.values()
    return oldest ? Math.min(oldest.headBefore, this.#head) : this.#head
  }

  /** The seq of a cursor of this log; a violation if it is none (rules C1, C3). */
  seqOf(cursor: string | null | undefined, who: string): number {
    const position = cursor ? parseCursor(cursor) : null
    if (!position) {
      this.#verdict.add('C1', who, '-', `${cursor} is no cursor of this log`)
      return 0
    }
    this.#epoch ??= position.epoch
    if (position.epoch !== this.#epoch) {
      this.#verdict.add('C3', who, '-', `the epoch changed from ${this.#epoch} to ${position.epoch}`)
      this.#epoch = position.epoch
    }
    return position.seq
  }

  /** These are about to be sent for the first time. */
  begin(drafts: readonly Draft[]): void {
    const sentAt = this.#clock()
    for (const draft of drafts) {
      const bytes = JSON.stringify(payloadOf(draft)).length
      const open = new Set(draft.channels)
      const headBefore = this.#head
      const attempt: Attempt = { draft, bytes, sentAt, headBefore, open, state: 'under way' }
      this.#attempts.set(draft.number, attempt)
      this.#underWay.set(draft.number, attempt)
    }
  }

  /** A publish of this message was answered 200 in one of its channels. */
  acknowledge(number: number, channel: string, cursor: string, isDuplicate: boolean, who: string): void {
    const seq = this.seqOf(cursor, who)
    this.#store(number, channel, seq, who)
    this.#closeIn(number, channel)
    const known = this.books.get(channel)!.bySeq(seq)
    if (isDuplicate) this.duplicates += 1
    else if (known?.wasAnswered) {
      this.#verdict.add('H2', who, channel, `the answer ${cursor} came again without \`duplicate\``)
    } else if (known) known.wasAnswered = true
  }

  /** 503, or nothing else that could mean "stored": it must never be seen (rule H1). */
  refuse(number: number): void {
    this.#end(number, 'refused')
  }

  /** No answer, and no key to ask again with. */
  abandon(number: number): void {
    const attempt = this.#end(number, 'uncertain')
    if (!attempt) return
    this.uncertain += 1
    for (const channel of attempt.open) this.books.get(channel)!.addUncertain(attempt.sentAt)
  }

  /** A reader was given a stored message: it exists, acknowledged or not. */
  sight({ channel, seq, data, who }: Sight): void {
    if (data?.pad?.length !== data?.k)
      this.#verdict.add('H3', who, channel, `the data of ${seq} is not whole`)
    this.#store(data.n, channel, seq, who)
  }

  /** How many publishes to a channel had begun by a time and have no outcome yet. */
  pendingIn(channel: string, at: number): number {
    let count = 0
    for (const { open, sentAt } of this.#underWay.values()) if (open.has(channel) && sentAt <= at) count += 1
    return count
  }

  #store(number: number, channel: string, seq: number, who: string): void {
    const book = this.books.get(channel)
    if (!book) {
      this.#verdict.add('C4', who, channel, `${seq} has an id in a channel without history`)
      return
    }
    const known = book.byNumber(number)
    if (known?.seq === seq || seq <= book.forgotten) return
    if (known) {
      this.#verdict.add('H2', who, channel, `message ${number} is stored twice, as ${known.seq} and ${seq}`)
      return
    }
    const attempt = this.#attempts.get(number)
    const trouble = this.#whyNot(attempt, channel, seq)
    if (trouble !== null) this.#verdict.add(trouble[0], who, channel, trouble[1])
    else this.#add(book, attempt!, seq)
  }

  #add(book: Book, { draft, sentAt, bytes }: Attempt, seq: number): void {
    const wasSettled = seq <= this.settled
    const { number, ttlMs } = draft
    const deletedAt = Number.POSITIVE_INFINITY
    book.add({ seq, number, sentAt, ttlMs, bytes, wasAnswered: false, isDeleting: false, deletedAt })
    this.#head = Math.max(this.#head, seq)
    if (wasSettled) this.onLateSight(book.name, seq)
  }

  #whyNot(attempt: Attempt | undefined, channel: string, seq: number): [rule: string, text: string] | null {
    if (!attempt?.draft.channels.includes(channel)) return ['R2', `${seq} is nothing that was published here`]
    const { draft, headBefore, state } = attempt
    if (state === 'refused') return ['H1', `${seq} is message ${draft.number}, which was refused`]
    if (seq <= headBefore) {
      return ['C1', `message ${draft.number} is ${seq}, but ${headBefore} was known before it was sent`]
    }
    const others = [...this.books.values()].filter(book => book.bySeq(seq) !== undefined)
    return others.length > 0 ? ['C1', `${seq} is also a message of ${others[0]!.name}`] : null
  }

  #closeIn(number: number, channel: string): void {
    const attempt = this.#attempts.get(number)
    if (!attempt?.open.delete(channel)) return
    this.acknowledged += 1
    if (attempt.open.size > 0) return
    this.#attempts.delete(number)
    this.#underWay.delete(number)
  }

  #end(number: number, state: Attempt['state']): Attempt | undefined {
    const attempt = this.#underWay.get(number)
    if (!attempt) return undefined
    attempt.state = state
    this.#underWay.delete(number)
    return attempt
  }
}

/** Channels without history: messages are numbered by the one publisher that such a channel has (rule C4). */
export class Unstored {
  /** Numbers whose publish was not acknowledged: they may be missing. */
  readonly #excused = new Set<string>()

  excuse(channel: string, number: number): void {
    this.#excused.add(`${channel} ${number}`)
  }

  acknowledge(channel: string, number: number): void {
    this.#excused.delete(`${channel} ${number}`)
  }

  mayBeMissing(channel: string, number: number): boolean {
    return this.#excused.has(`${channel} ${number}`)
  }
}
