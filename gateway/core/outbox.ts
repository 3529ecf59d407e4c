// What waits to leave on one connection, in order, and whether the socket is still busy with the last write. Knows no frames.

import type { Link } from './link.ts'

export class Outbox {
  readonly #link: Link
  #buffers: Buffer[] = []
  #bytes = 0
  /** The socket has not taken the last write: nothing more is handed to it until it has. */
  isBusy = false
  /** Bytes handed to the socket so far. */
  writtenBytes = 0

  constructor(link: Link) {
    this.#link = link
  }

  /** Bytes that wait here; those the socket holds are the link's. */
  get waitingBytes(): number {
    return this.#bytes
  }

  push(buffer: Buffer): void {
    this.#buffers.push(buffer)
    this.#bytes += buffer.length
  }

  /** One write of everything that waits, unless the socket is busy. */
  flush(): void {
    if (this.isBusy || this.#buffers.length === 0) return
    this.#writeAll()
  }

  /** Writes a shared buffer at once; only when nothing waits and the socket is not busy. */
  write(buffer: Buffer): void {
    this.writtenBytes += buffer.length
    this.isBusy = !this.#link.write(buffer)
  }

  /** Hands over what waits even to a busy socket, because nothing follows. */
  flushLast(): void {
    if (this.#buffers.length > 0) this.#writeAll()
  }

  #writeAll(): void {
    const buffers = this.#buffers
    const bytes = this.#bytes
    this.#buffers = []
    this.#bytes = 0
    this.write(buffers.length === 1 ? buffers[0]! : Buffer.concat(buffers, bytes))
  }
}
