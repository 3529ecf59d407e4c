// Memory for the tail's encodings, taken in the order in which it is given back. Knows no messages.
//
// Node cuts small buffers from shared slabs of 8 KiB. A message kept for minutes would hold its whole slab, filled with
// what was gone at once: measured, 16 KiB held for a message of 150 bytes. Here neighbours in a slab are neighbours in
// the tail, and leave it together.

const SLAB_BYTES = 64 * 1024

export class Arena {
  #slab = Buffer.alloc(0)
  #used = 0

  /** A copy of a buffer, in the arena's memory; large ones keep their own. */
  keep(buffer: Buffer): Buffer {
    const kept = this.#take(buffer.length)
    if (kept === null) return buffer
    buffer.copy(kept)
    return kept
  }

  /** A text in UTF-8. */
  keepText(text: string): Buffer {
    const kept = this.#take(Buffer.byteLength(text))
    if (kept === null) return Buffer.from(text)
    kept.write(text)
    return kept
  }

  /** Null for what is large. */
  #take(length: number): Buffer | null {
    if (length > SLAB_BYTES / 4) return null
    if (this.#used + length > this.#slab.length) {
      this.#slab = Buffer.allocUnsafeSlow(SLAB_BYTES)
      this.#used = 0
    }
    const from = this.#used
    this.#used += length
    return this.#slab.subarray(from, this.#used)
  }
}
