// A crowd of WebSockets in a process of its own, so that it can be frozen whole: it answers pings and counts nothing.
// `node bench/crowd.ts PORT COUNT CHANNEL [stalled]`; says `ready` to its parent. Stalled: it reads nothing any more.

import { connect } from 'node:net'
import { upgradeRequest } from './subscribe-request.ts'

const OPEN_AT_ONCE = 100
const PING = Buffer.from([0x89, 0])
/** An empty pong, masked with zeros. */
const PONG = Buffer.from([0x8a, 0x80, 0, 0, 0, 0])

const [port, count, channel, mode] = process.argv.slice(2)

function open(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1', () =>
      socket.write(upgradeRequest(`/ws?channels=${channel}`)),
    )
    let opening = ''
    socket.on('error', reject)
    socket.on('data', bytes => {
      if (bytes.includes(PING)) socket.write(PONG)
      if (opening.includes('"type":"live"')) return
      opening += bytes.toString('latin1')
      if (!opening.includes('"type":"live"')) return
      if (mode === 'stalled') socket.pause()
      resolve()
    })
  })
}

for (let left = Number(count); left > 0; left -= OPEN_AT_ONCE) {
  await Promise.all(Array.from({ length: Math.min(left, OPEN_AT_ONCE) }, open))
}
process.send!('ready')
process.on('disconnect', () => process.exit(0))
