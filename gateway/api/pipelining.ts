// Bounds the requests under way on one socket: pipelined without reading, their answers would fill the memory.
// Knows no routes.

import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'

/** Browsers do not pipeline, and programs that do read what they asked for. */
const MAX_UNDER_WAY = 16

interface UnderWay {
  count: number
  newest: IncomingMessage
  /** Nothing more is read from the socket: it ends with the last answer. */
  isEnding: boolean
}

export class RequestsUnderWay {
  readonly #sockets = new WeakMap<object, UnderWay>()

  /** Counts from now on, and cuts off a socket with too many. */
  limit(app: FastifyInstance): void {
    app.addHook('onRequest', (request, reply, done) => {
      if (this.begin(request.raw)) done()
      else reply.hijack()
    })
    app.addHook('onResponse', (request, _reply, done) => {
      this.end(request.raw)
      done()
    })
  }

  /** Counts a request; false: it is one too many, and its socket was cut off. */
  begin(request: IncomingMessage): boolean {
    const { socket } = request
    const underWay = this.#sockets.get(socket) ?? { count: 0, newest: request, isEnding: false }
    underWay.count += 1
    underWay.newest = request
    this.#sockets.set(socket, underWay)
    if (underWay.count <= MAX_UNDER_WAY) return true
    socket.destroy()
    return false
  }

  /** A request was answered. */
  end({ socket }: IncomingMessage): void {
    const underWay = this.#sockets.get(socket)
    if (!underWay) return
    underWay.count -= 1
    if (underWay.isEnding && !hasAnswersLeft(underWay)) socket.destroySoon()
  }

  /** Whether a socket has requests that wait for their answers. */
  has(socket: object): boolean {
    return (this.#sockets.get(socket)?.count ?? 0) > 0
  }

  /** What comes before broken bytes is answered first, and then the socket ends; false: there is nothing. */
  endAfterAnswers(socket: object): boolean {
    const underWay = this.#sockets.get(socket)
    if (!underWay || !hasAnswersLeft(underWay)) return false
    underWay.isEnding = true
    return true
  }
}

/** The newest request never becomes whole if the broken bytes are in its body; it may have been answered already. */
function hasAnswersLeft({ count, newest }: UnderWay): boolean {
  return newest.complete ? count > 0 : count > 1
}
