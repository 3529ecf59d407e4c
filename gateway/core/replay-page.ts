// A page of the log with its encodings, which all who read it share. Knows no session.

import { formatCursor } from '../../shared/cursor.ts'
import type { Encoder, PerFormat } from './encoder.ts'
import type { Message, Page } from './log.ts'
import { messageJson } from './message-json.ts'

type Encodings = PerFormat<readonly Buffer[]>
type Joined = PerFormat<Buffer>

export class ReplayPage {
  readonly page: Page
  readonly #encodings: Encodings
  readonly #joined: Joined

  constructor(
    page: Page,
    encodings: Encodings = [undefined, undefined, undefined],
    joined: Joined = [undefined, undefined, undefined],
  ) {
    this.page = page
    this.#encodings = encodings
    this.#joined = joined
  }

  /** Whether a message has a ttl: then the page is only right at this moment. */
  get expires(): boolean {
    return this.page.messages.some(message => message.expires !== undefined)
  }

  /** Whether some message names a sender, so that a connection with a sender id has to look (rule H4). */
  get hasSenders(): boolean {
    return this.page.messages.some(message => message.sender !== undefined)
  }

  /** All messages as frames in one buffer, which everybody who stands here is given as it is. */
  join(encoder: Encoder): Buffer {
    const known = this.#joined[encoder.slot]
    if (known) return known
    const joined = Buffer.concat(this.encode(encoder))
    this.#joined[encoder.slot] = joined
    return joined
  }

  /** The messages as frames, in order. */
  encode(encoder: Encoder): readonly Buffer[] {
    const known = this.#encodings[encoder.slot]
    if (known) return known
    const encodings = this.page.messages.map(message => this.#encodeOne(message, encoder))
    this.#encodings[encoder.slot] = encodings
    return encodings
  }

  /**
   * The page at a later head, when its channel got nothing since. Without it a complete page would end before a newer
   * subscription's tail begins, and would be read again and again.
   */
  asOf(head: number): ReplayPage {
    const isComplete = this.page.through === this.page.head
    if (!isComplete || head <= this.page.head) return this
    return new ReplayPage({ ...this.page, head, through: head }, this.#encodings, this.#joined)
  }

  #encodeOne(message: Message, encoder: Encoder): Buffer {
    const id = formatCursor(this.page.epoch, message.seq)
    return encoder.message(Buffer.from(messageJson(message, id)), id)
  }
}
