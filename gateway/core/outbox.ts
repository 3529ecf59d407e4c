// What waits to leave on one connection, in order, and whether the socket is still busy with the last write. Knows no
// frames.

import type { Counters } from './counters.ts'
import type { Link } from './link.ts'
import { watchStuck } from './stuck.ts'

/** From so many bytes on a buffer is written as it is: a page of the log, which thousands share, is copied for none of them. */
const LARGE_BYTES = 4096

export class Outbox {
  #isBusy = false
  #bytes = 0
  /** Bytes handed to the socket so far. */
  writtenBytes = 0
  readonly #link: Link
  readonly #counters: Pick<Counters, 'sentBytes'>
  #buffers: Buffer[] = []
  readonly #onStuck: () => void
  #stopWatch: (() => void) | null = null
  /** How many of the waiting bytes are notices, which nobody asked for: answers beside them are bounded elsewhere. */
  #noticeBytes = 0

  /** `onStuck`: the socket took nothing of a write for a minute (rule R3). */
  constructor(link: Link, counters: Pick<Counters, 'sentBytes'>, onStuck: () => void) {
    this.#link = link
    this.#counters = counters
    this.#onStuck = onStuck
  }

  /** The socket has not taken the last write: nothing more is handed to it until it has. */
  get isBusy(): boolean {
    return this.#isBusy
  }

  /** Bytes that wait here; those the socket holds are the link's. */
  get waitingBytes(): number {
    return this.#bytes
  }

  get noticeBytes(): number {
    return this.#noticeBytes
  }

  pushNotice(buffer: Buffer): void {
    this.push(buffer)
    this.#noticeBytes += buffer.length
  }

  push(buffer: Buffer): void {
    this.#buffers.push(buffer)
    this.#bytes += buffer.length
  }

  /** One write of everything that waits, unless the socket is busy. */
  flush(): void {
    if (this.#isBusy || this.#bytes === 0) return
    this.#writeAll()
  }

  /** Writes a shared buffer at once; only when nothing waits and the socket is not busy. */
  write(buffer: Buffer): void {
    this.#noteWrite(buffer.length, this.#link.write(buffer))
  }

  /** The socket took what it had. */
  onDrained(): void {
    this.#isBusy = false
    this.#endWatch()
  }

  /** Nothing follows: what waits is handed over even to a busy socket, whose peer then has the link's grace to take it. */
  end(): void {
    if (this.#bytes > 0) this.#writeAll()
    this.#endWatch()
  }

  #writeAll(): void {
    const buffers = this.#buffers
    const bytes = this.#bytes
    this.#buffers = []
    this.#bytes = 0
    this.#noticeBytes = 0
    const pieces = joinSmall(buffers)
    const hasTakenAll = pieces.length === 1 ? this.#link.write(pieces[0]!) : this.#link.writeAll(pieces)
    this.#noteWrite(bytes, hasTakenAll)
  }

  #noteWrite(bytes: number, hasTakenAll: boolean): void {
    this.writtenBytes += bytes
    this.#counters.sentBytes += bytes
    this.#isBusy = !hasTakenAll
    if (this.#isBusy) this.#stopWatch ??= watchStuck(this.#link, this.#onStuck)
  }

  #endWatch(): void {
    this.#stopWatch?.()
    this.#stopWatch = null
  }
}

/** The same bytes in fewer buffers. */
function joinSmall(buffers: readonly Buffer[]): Buffer[] {
  const pieces: Buffer[] = []
  let small: Buffer[] = []
  const join = (): void => {
    if (small.length > 0) pieces.push(small.length === 1 ? small[0]! : Buffer.concat(small))
    small = []
  }
  for (const buffer of buffers) {
    if (buffer.length < LARGE_BYTES) small.push(buffer)
    else {
      join()
      pieces.push(buffer)
    }
  }
  join()
  return pieces
}
