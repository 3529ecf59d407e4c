// How a connection ends behind its last answer, so that a peer that is still sending can read it. Knows no routes.

import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** How long a peer that has been told everything may be silent, and how long it may go on sending. */
const GRACE = { silentMs: 1000, sendingMs: 5000 }

/**
 * A socket that is closed while its peer sends resets the connection, and with a reset goes the answer that the peer has
 * not read yet (RFC 9112, section 9.6). So the sockets of `server` are not closed there and then: the peer is told that
 * nothing more comes, and what it sends is thrown away, not carried out, until it hangs up too or its time is over.
 */
export function endAfterLastAnswers(server: Server, grace: Readonly<typeof GRACE> = GRACE): void {
  const end = function (this: Socket): void {
    endAndDiscard(this, grace)
  }
  // Node's HTTP server calls this behind the last answer, and has no option for what it does.
  const take = (socket: Socket): void => {
    socket.destroySoon = end
  }
  server.on('connection', take)
  server.on('secureConnection', take)
}

function endAndDiscard(socket: Socket, { silentMs, sendingMs }: Readonly<typeof GRACE>): void {
  if (socket.writableEnded) return
  socket.end()
  socket.removeAllListeners('data')
  // Whoever listens to the data of a socket takes it from the HTTP parser.
  socket.on('data', ignore)
  socket.on('error', ignore)
  socket.resume()
  const cut = (): void => {
    socket.destroy()
  }
  socket.setTimeout(silentMs, cut)
  const timer = setTimeout(cut, sendingMs).unref()
  socket.once('close', () => clearTimeout(timer))
}

function ignore(): void {}
