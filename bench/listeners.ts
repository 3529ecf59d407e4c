// Readers whose text is looked at as it arrives, for latencies. Knows no server, only the wire it is given.

import { connect, type Socket } from 'node:net'
import type { Wire } from './target.ts'

const DEADLINE_MS = 30_000

export class Listeners {
  readonly #sockets: Socket[]
  /** Takes what any of them receives, as it comes. */
  onText: (text: string) => void = () => {}
  #onRead: () => void = () => {}

  private constructor(sockets: Socket[]) {
    this.#sockets = sockets
    for (const socket of sockets) {
      socket.on('data', text => {
        this.onText(String(text))
        this.#onRead()
      })
    }
  }

  /** Subscribes so many; resolves when each has been told that it is. */
  static async open(wire: Wire, count: number): Promise<Listeners> {
    return new Listeners(await Promise.all(Array.from({ length: count }, () => openOne(wire))))
  }

  /** Resolves when the condition holds after something was received. */
  async until(isDone: () => boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const timer = setTimeout(() => reject(new Error('Not everything arrived.')), DEADLINE_MS)
    this.#onRead = () => isDone() && resolve()
    this.#onRead()
    await promise.finally(() => clearTimeout(timer))
    this.#onRead = () => {}
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
  }
}

function openOne(wire: Wire): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(wire.port, '127.0.0.1', () => socket.write(wire.subscribe))
    let opening = ''
    const onOpening = (text: string): void => {
      opening += text
      if (!opening.includes(wire.ready)) return
      socket.off('data', onOpening)
      resolve(socket)
    }
    socket.setEncoding('latin1').on('data', onOpening).on('error', reject)
  })
}
