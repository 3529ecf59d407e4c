// One of the newest messages, in memory, with its encodings. Knows no connection.

import type { Arena } from './arena.ts'
import type { Encoder, PerFormat } from './encoder.ts'
import { type MessageContent, messageJson } from './message-json.ts'

/** The channel an entry belongs to. */
export interface EntryHolder {
  evict(entry: TailEntry): void
}

/** The objects of an entry with two encodings, beside its bytes (measured: 576). */
const FIXED_BYTES = 600

export class TailEntry {
  readonly holder: EntryHolder
  /** Who published it, for connections of the same sender (rule H4). */
  readonly sender: string | undefined
  /** The cursor of the message; null in channels without history. */
  readonly id: string | null
  /** The newest seq of the log when this message came: its own, if it is stored. */
  readonly seq: number
  /** Place in the order of arrival here, which stored and unstored messages share. */
  readonly order: number
  /** Bytes this entry may come to hold: its text and both encodings, with the frame's own fields. */
  readonly heldBytes: number
  /** When its ttl runs out, by `performance.now`: the wall clock may jump. Infinity without a ttl. */
  readonly endsAt: number
  removed = false
  readonly #arena: Arena
  /**
   * The message frame as JSON, in UTF-8. Not its parts: `data` is a piece of the text of a request, and would hold all of
   * it in memory, a batch of a thousand messages to channels that nobody listens to.
   */
  readonly #json: Buffer
  readonly #encodings: PerFormat<Buffer> = [undefined, undefined, undefined]

  constructor(
    holder: EntryHolder,
    message: MessageContent,
    place: { readonly id: string | null; readonly seq: number; readonly order: number },
    arena: Arena,
  ) {
    this.holder = holder
    this.sender = message.sender
    this.id = place.id
    this.seq = place.seq
    this.order = place.order
    this.#json = arena.keepText(messageJson(message, place.id))
    this.heldBytes = 3 * this.#json.length + FIXED_BYTES
    const { expires, time } = message
    this.endsAt = expires === undefined ? Number.POSITIVE_INFINITY : performance.now() + expires - time
    this.#arena = arena
  }

  /** Whether a reader who was given everything up to a place still lacks this message. */
  isAfter(seq: number, order: number): boolean {
    return this.id === null ? this.order > order : this.seq > seq
  }

  /** The message frame in a wire format, encoded once. */
  encode(encoder: Encoder): Buffer {
    const known = this.#encodings[encoder.slot]
    if (known) return known
    const encoding = this.#arena.keep(encoder.message(this.#json, this.id))
    this.#encodings[encoder.slot] = encoding
    return encoding
  }
}
