// Bytes that come in pieces, kept as one buffer that grows by doubling: however small the pieces, they are copied a few
// times at most, and nothing of the packets they came in is held. Knows no frames.

const EMPTY = Buffer.alloc(0)

export class GrowingBuffer {
  #memory: Buffer = EMPTY
  #length = 0

  get length(): number {
    return this.#length
  }

  /** Everything so far, as a view that the next `push` may make stale. */
  get bytes(): Buffer {
    return this.#memory.subarray(0, this.#length)
  }

  push(piece: Buffer): void {
    const length = this.#length + piece.length
    if (length > this.#memory.length) {
      // Memory of its own: cut from a shared slab it would hold all of that.
      const grown = Buffer.allocUnsafeSlow(Math.max(length, 2 * this.#memory.length))
      this.bytes.copy(grown)
      this.#memory = grown
    }
    piece.copy(this.#memory, this.#length)
    this.#length = length
  }
}
