// One client made of a raw socket: it goes through its opening and hands over every chunk that it reads, unparsed.

import { connect, type Socket } from 'node:net'
import type { Opening } from '../wires/wire.ts'

const READ_BUFFER_BYTES = 64 * 1024
/** One for all sockets: nothing is kept of what is read, and no memory is made for it. */
const readBuffer = Buffer.allocUnsafe(READ_BUFFER_BYTES)

export interface RawClientOptions {
  readonly port: number
  readonly opening: Opening
  /** Takes every chunk, those of the opening included; the bytes are overwritten by the next. */
  readonly onChunk: (chunk: Buffer) => void
  /** The server hung up, or the connection broke. */
  readonly onLost: (error: Error) => void
}

export interface RawClient {
  /** Everything received until the opening was over. */
  readonly opening: string
  send(text: string): void
  /** Hangs up as a process does that ends: with a reset, so that no port stays taken. */
  close(): void
}

/** Resolves when the last part of the opening has been answered. */
export function openClient({ port, opening, onChunk, onLost }: RawClientOptions): Promise<RawClient> {
  return new Promise((resolve, reject) => {
    let step = 0
    let received = ''
    let unread = ''
    const proceed = (text: string): void => {
      received += text
      unread += text
      while (step < opening.length && unread.includes(opening[step]!.until)) {
        unread = ''
        step += 1
        if (step < opening.length) socket.write(opening[step]!.send, 'latin1')
        else resolve({ opening: received, send: text => socket.write(text, 'latin1'), close })
      }
    }
    const callback = (bytes: number, buffer: Uint8Array): boolean => {
      const chunk = Buffer.from(buffer.buffer, buffer.byteOffset, bytes)
      if (step < opening.length) proceed(chunk.toString('latin1'))
      onChunk(chunk)
      return true
    }
    const onread = { buffer: readBuffer, callback }
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread }, () =>
      socket.write(opening[0]!.send, 'latin1'),
    )
    const lose = (why: string): void => {
      const error = new Error(`${why} after: ${received.slice(0, 1000)}`)
      reject(error)
      onLost(error)
    }
    const close = closerOf(socket)
    socket.on('error', error => lose(`A connection failed (${error.message})`))
    socket.on('close', () => lose('The server closed a connection'))
  })
}

function closerOf(socket: Socket): () => void {
  return () => {
    socket.removeAllListeners('close').removeAllListeners('error')
    socket.on('error', () => {})
    socket.resetAndDestroy()
  }
}

/** Fewer than a listener's backlog holds. */
const AT_ONCE = 100

/** Does something for each of so many, some at a time. */
export async function forEachOf(count: number, act: (index: number) => Promise<void>): Promise<void> {
  let next = 0
  const work = async (): Promise<void> => {
    while (next < count) await act(next++)
  }
  await Promise.all(Array.from({ length: Math.min(count, AT_ONCE) }, work))
}
