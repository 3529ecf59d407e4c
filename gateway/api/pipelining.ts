// Bounds the requests under way on one socket: pipelined without reading, their answers would fill the memory.
// Knows no routes.

import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

/** Browsers do not pipeline, and programs that do read what they asked for. */
const MAX_UNDER_WAY = 16

/** Cuts off a socket with too many requests under way. A stream counts as one until its end. */
export function limitPipelining(app: FastifyInstance): void {
  const underWay = new WeakMap<Socket, number>()
  app.addHook('onRequest', (request, reply, done) => {
    const { socket } = request.raw
    const count = (underWay.get(socket) ?? 0) + 1
    underWay.set(socket, count)
    if (count <= MAX_UNDER_WAY) {
      done()
      return
    }
    reply.hijack()
    socket.destroy()
  })
  app.addHook('onResponse', (request, _reply, done) => {
    const { socket } = request.raw
    underWay.set(socket, (underWay.get(socket) ?? 1) - 1)
    done()
  })
}
