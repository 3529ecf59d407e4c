// The sockets that carry an event stream: their answer never ends, so nothing else may be answered on them. Knows no
// streams.

import type { Socket } from 'node:net'

export class StreamSockets {
  readonly #sockets = new WeakSet<object>()

  add(socket: Socket): void {
    this.#sockets.add(socket)
  }

  has(socket: object): boolean {
    return this.#sockets.has(socket)
  }
}
