// A small application on Socket.IO: clients join the room they name, an HTTP request publishes to one. Plain JavaScript,
// because the packages that it needs are not among the project's own.

import { createServer } from 'node:http'
import { Server } from 'socket.io'

/** As long as the gateway under test waits between heartbeats, so that no ping gets between the messages. */
const HEARTBEAT_MS = 3_600_000
const RECOVERY_MS = 120_000

const server = createServer((request, response) => {
  const channel = new URL(request.url, 'http://bench').searchParams.get('channel')
  let body = ''
  request.setEncoding('utf8')
  request.on('data', text => {
    body += text
  })
  request.on('end', () => {
    io.to(channel).emit('message', JSON.parse(body))
    response.end('{}')
  })
})

const io = new Server(server, {
  serveClient: false,
  transports: ['websocket'],
  pingInterval: HEARTBEAT_MS,
  pingTimeout: HEARTBEAT_MS,
  ...(process.env.BENCH_RECOVERY === 'on' && {
    connectionStateRecovery: { maxDisconnectionDuration: RECOVERY_MS },
  }),
})
io.on('connection', socket => {
  // A session that was restored has its rooms already.
  if (!socket.recovered) socket.join(socket.handshake.query.channel)
})

server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 }, () => {
  process.stdout.write(`listening on http://127.0.0.1:${server.address().port}\n`)
})
process.on('SIGTERM', () => process.exit(0))
