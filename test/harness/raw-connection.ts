// A bare TCP connection, for requests that no HTTP client would send. Knows no protocol.

import { connect, type Socket } from 'node:net'
import { within } from './deadline.ts'
import type { Scope } from './scope.ts'

export interface RawConnection {
  readonly socket: Socket
  /** Everything received so far, byte for byte. */
  readonly text: string
  send(content: string | Uint8Array): void
  /** Waits until the bytes received so far (as Latin-1) match. */
  receives(pattern: RegExp | string, ms?: number): Promise<string>
  /** Settles when the connection is over, whoever ended it. */
  readonly closed: Promise<void>
}

/** Connects to a local port; the socket is destroyed when the scope ends. */
export async function openRaw(scope: Scope, port: number): Promise<RawConnection> {
  const socket = connect(port, '127.0.0.1')
  scope.onTestFinished(() => socket.destroy())
  let text = ''
  let wake = () => {}
  socket.setEncoding('latin1').on('data', received => {
    text += received
    wake()
  })
  const closed = new Promise<void>(resolve => socket.on('close', () => resolve()))
  socket.on('error', () => {
    // A reset is one of the expected outcomes; `close` follows and says so.
  })
  socket.on('end', () => socket.end())
  await new Promise<void>(resolve => socket.once('connect', () => resolve()))
  const match = async (pattern: RegExp | string): Promise<string> => {
    while (typeof pattern === 'string' ? !text.includes(pattern) : !pattern.test(text)) {
      await new Promise<void>(resolve => {
        wake = resolve
      })
    }
    return text
  }
  return {
    socket,
    get text() {
      return text
    },
    send: content => socket.write(content),
    receives: (pattern, ms) => within(match(pattern), () => `${pattern} in ${JSON.stringify(text)}`, ms),
    get closed() {
      return within(closed, () => `the end of the connection behind ${JSON.stringify(text)}`)
    },
  }
}
