// Bytes as they come, in parts cut anywhere, to whole frames, each with what was true when it was written. Knows no socket.

import type { Transport } from '../../shared/stats.ts'
import { readEvents, readWebSocket, type Sent, wholeEvents, wholeWebSocket } from '../core/wire.ts'

interface Write<Stamp> {
  /** Where in the stream it ends; writes hold whole frames. */
  readonly end: number
  readonly stamp: Stamp
}

export class FrameStream<Stamp> {
  readonly #isSse: boolean
  readonly #onFrame: (sent: Sent, stamp: Stamp) => void
  readonly #writes: Write<Stamp>[] = []
  #writtenBytes = 0
  #parsedBytes = 0
  #rest: Buffer = Buffer.alloc(0)

  constructor(transport: Transport, onFrame: (sent: Sent, stamp: Stamp) => void) {
    this.#isSse = transport === 'sse'
    this.#onFrame = onFrame
  }

  /** So many bytes were written; what is true now is true of the frames in them. */
  wrote(bytes: number, stamp: Stamp): void {
    this.#writtenBytes += bytes
    this.#writes.push({ end: this.#writtenBytes, stamp })
  }

  /** Takes the next bytes that were read. */
  read(bytes: Buffer): void {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
    let whole = this.#isSse ? wholeEvents(this.#rest) : wholeWebSocket(this.#rest)
    while (whole > 0) {
      const write = this.#writes[0]!
      const length = Math.min(whole, write.end - this.#parsedBytes)
      const part = this.#rest.subarray(0, length)
      this.#rest = this.#rest.subarray(length)
      this.#parsedBytes += length
      whole -= length
      if (this.#parsedBytes === write.end) this.#writes.shift()
      for (const sent of this.#isSse ? readEvents(part) : readWebSocket(part))
        this.#onFrame(sent, write.stamp)
    }
  }
}
