// A bare write loop: each HTTP publish becomes one prepared buffer, written once to every connection. No log, no channels,
// no answers to readers: the floor under any gateway written in Node.

import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { encodeText } from '../../gateway/transports/ws-frame.ts'

const UPGRADED = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'
const STREAM = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n'

const webSockets: Socket[] = []
const streams: Socket[] = []
let seq = 0

/** As many bytes as a gateway's message frame has, so that both write the same. */
function publish(data: string): void {
  seq += 1
  const id = `floor000-${seq}`
  const json = `{"type":"message","channel":"public:bench","id":"${id}","time":${Date.now()},"data":${data}}`
  if (webSockets.length > 0) {
    const frame = encodeText(json)
    for (const socket of webSockets) socket.write(frame)
  }
  if (streams.length > 0) {
    const event = Buffer.from(`id: ${id}\ndata: ${json}\n\n`)
    for (const socket of streams) socket.write(event)
  }
}

function admit(socket: Socket, head: string, audience: Socket[]): void {
  audience.push(socket)
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  socket.on('close', () => audience.splice(audience.indexOf(socket), 1))
  socket.write(head)
}

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    admit(request.socket, STREAM, streams)
    return
  }
  let body = ''
  request.setEncoding('utf8')
  request.on('data', text => {
    body += text
  })
  request.on('end', () => {
    publish(body)
    response.end('{}')
  })
})
server.on('upgrade', (_request, socket) => admit(socket as Socket, UPGRADED, webSockets))
server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 }, () => {
  process.stdout.write(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}\n`)
})
process.on('SIGTERM', () => process.exit(0))
