// Takes a socket from Node's HTTP server when it carries nothing but a stream from now on. Knows no streams.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'

/**
 * Of a request without end the HTTP server keeps its parser, the request, the response and a dozen bound functions: 10 KB.
 * It lets go of them when it hears that the socket is closed, so it is told that; every listener is off afterwards. What the
 * peer still sends comes as `data`. The request must have ended. With TLS, whose own listeners cannot be told apart from
 * HTTP's, all stays as it is.
 */
export function takeSocket(request: IncomingMessage, response: ServerResponse): Socket {
  const { socket } = request
  if (socket instanceof TLSSocket) return socket
  // The request is told that it was aborted. Nobody reads the trace of that error, which is 6 % of a reconnect.
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  socket.emit('close')
  Error.stackTraceLimit = stackTraceLimit
  response.detachSocket(socket)
  socket.removeAllListeners()
  return socket
}
