// Writes shared buffers to a raw socket and knows when it took them. The one writer of data, for both transports; knows
// no frames.

import type { Socket } from 'node:net'
import type { Code } from '../../shared/codes.ts'
import type { Taken } from '../core/link.ts'
import type { Unacknowledged } from './unacknowledged.ts'

interface Handle {
  /** Bytes handed over to be written. */
  readonly bytesWritten?: number
  /** Those of them that the kernel has not taken. */
  readonly writeQueueSize?: number
}

const NOTHING = Buffer.alloc(0)
/** How long a peer has to take the last bytes, or to answer a close. */
const CLOSE_GRACE_MS = 5000

/**
 * Whether a peer left while it was let in. Closed: nobody would tell a session of its end any more. Reset, but not yet
 * noticed by Node: the system knows no address of it any more, and limits and records need one.
 */
export function isGone(socket: Socket): boolean {
  return socket.destroyed || socket.remoteAddress === undefined
}

/** From now on a stream's head waits for its first frames, so that one system call hands over both. */
export function holdHead(socket: Socket): void {
  socket.cork()
}

export class SocketWriter {
  readonly #socket: Socket
  readonly #onDrained: () => void
  readonly #unacknowledged: Pick<Unacknowledged, 'bytesOf'>
  /** Bytes of the write under way that waited when it began; 0 when none is. */
  #queuedBytes = 0
  #takenBytes = 0

  constructor(socket: Socket, unacknowledged: Pick<Unacknowledged, 'bytesOf'>, onDrained: () => void) {
    this.#socket = socket
    this.#unacknowledged = unacknowledged
    this.#onDrained = onDrained
  }

  /** True: the socket took everything. False: `onDrained` is called when it has. */
  write(chunk: Buffer): boolean {
    const socket = this.#socket
    // A socket that closed meanwhile takes everything: its close is on the way.
    if (!socket.writable) return true
    // Without a callback Node spares a tick for each write; most writes leave at once.
    socket.write(chunk)
    this.letGo()
    if (socket.writableLength === 0) return true
    this.#queuedBytes = this.#unsentBytes()
    // `drain` alone would not do: it is silent below the high-water mark. An empty write behind the chunk tells.
    socket.write(NOTHING, () => this.#onTaken())
    return false
  }

  /** The same for several, which leave with one system call. */
  writeAll(chunks: readonly Buffer[]): boolean {
    const socket = this.#socket
    if (!socket.writable) return true
    // A head that is held has corked it already.
    if (socket.writableCorked === 0) socket.cork()
    const last = chunks.length - 1
    for (let at = 0; at < last; at += 1) socket.write(chunks[at]!)
    return this.write(chunks[last]!)
  }

  /** Writes a few bytes whatever waits; `onTaken`: the socket took them. */
  writeAtOnce(bytes: Buffer, onTaken: () => void): void {
    if (this.#socket.writable) this.#socket.write(bytes, onTaken)
  }

  /** What was held to leave with the first write leaves. */
  letGo(): void {
    if (this.#socket.writableCorked > 0) this.#socket.uncork()
  }

  /** Bytes handed over that the socket has not taken. */
  pendingBytes(): number {
    return this.#queuedBytes === 0 ? 0 : this.#unsentBytes()
  }

  /** Grows with every byte received, and with every byte taken that had to wait (rule W5). */
  progress(): number {
    const moved = this.#queuedBytes === 0 ? 0 : this.#queuedBytes - this.#unsentBytes()
    return this.#socket.bytesRead + this.#takenBytes + Math.max(0, moved)
  }

  /** What the peer's system has really taken: the kernel here may hold megabytes that Node counts as gone (rule R3). */
  async taken(): Promise<Taken | null> {
    const underWay = await this.#unacknowledged.bytesOf(this.#socket)
    const handle = this.#handle()
    if (underWay === null || handle?.bytesWritten === undefined) return null
    return { bytes: handle.bytesWritten - this.#unsentBytes() - underWay, underWay }
  }

  /** The end has been written: the peer gets a moment to take it, then the connection is cut. */
  cutAfterGrace(code: Code): void {
    this.letGo()
    const timer = setTimeout(() => this.#cut(code), CLOSE_GRACE_MS).unref()
    this.#socket.once('close', () => clearTimeout(timer))
  }

  #cut(code: Code): void {
    // After a mere close the kernel would go on for minutes to hold the megabytes that a dead peer does not take. The reset
    // waits for pending writes; the destroy does not, and then resets.
    if (code === 'timeout') this.#socket.resetAndDestroy()
    this.#socket.destroy()
  }

  #onTaken(): void {
    if (this.#socket.destroyed) return
    this.#takenBytes += this.#queuedBytes
    this.#queuedBytes = 0
    this.#onDrained()
  }

  /** While one write is under way, the part of it that the kernel has not taken; Node counts it whole. */
  #unsentBytes(): number {
    return this.#handle()?.writeQueueSize ?? this.#socket.writableLength
  }

  /** What Node's own handle knows beyond the socket; null once that is closed. */
  #handle(): Handle | null | undefined {
    return (this.#socket as Socket & { _handle?: Handle | null })._handle
  }
}
