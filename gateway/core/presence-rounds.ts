// What a room told of late: rounds of joins and leaves, encoded once for each wire format. Knows no members and no
// connections.

import type { Join, Leave } from '../../shared/frames.ts'
import type { Encoder, PerFormat } from './encoder.ts'
import { Queue } from './queue.ts'

/**
 * Nothing of presence is longer than this in one piece. Whoever lacks more than that many joins and leaves is shorter
 * served by who is there now.
 */
export const MAX_PRESENCE_BYTES = 256 * 1024

interface Round {
  readonly frames: readonly (Join | Leave)[]
  readonly bytes: number
}

interface Encoded {
  readonly from: number
  readonly to: number
  readonly buffer: Buffer
}

export class Rounds {
  /** How many there were. */
  count = 0
  readonly #recent = new Queue<Round>()
  #bytes = 0
  readonly #encoded: PerFormat<Encoded> = [undefined, undefined, undefined]

  /** Takes a round; `bytes` is what it comes to, at most. */
  add(frames: readonly (Join | Leave)[], bytes: number): void {
    this.count += 1
    this.#recent.push({ frames, bytes })
    this.#bytes += bytes
    while (this.#bytes > MAX_PRESENCE_BYTES) this.#bytes -= this.#recent.shift()!.bytes
  }

  /** The rounds after the first `told` of all, in one buffer; null when they are not kept any more. */
  after(told: number, encoder: Encoder): Buffer | null {
    const known = this.#encoded[encoder.slot]
    if (known?.from === told && known.to === this.count) return known.buffer
    const index = this.#recent.length - (this.count - told)
    if (index < 0) return null
    const buffers: Buffer[] = []
    for (let at = index; at < this.#recent.length; at += 1) {
      for (const frame of this.#recent.at(at)!.frames) buffers.push(encoder.frame(frame))
    }
    const buffer = Buffer.concat(buffers)
    this.#encoded[encoder.slot] = { from: told, to: this.count, buffer }
    return buffer
  }

  /** Everybody has been told: nothing has to be kept. */
  forget(): void {
    while (this.#recent.length > 0) this.#recent.shift()
    this.#bytes = 0
    this.#encoded[0] = undefined
    this.#encoded[1] = undefined
  }
}
