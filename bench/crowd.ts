// A crowd of connections in a process of its own, so that it can be frozen whole: it answers pings and counts nothing.
// `node bench/crowd.ts PORT COUNT CHANNEL TRANSPORT [stalled]`; says `ready` to its parent. A `#` in the channel is another
// number for each. Stalled: it reads nothing any more.

import { connect } from 'node:net'
import { eventStreamRequest, upgradeRequest } from './wires/requests.ts'

const OPEN_AT_ONCE = 100
const PING = Buffer.from([0x89, 0])
/** An empty pong, masked with zeros. */
const PONG = Buffer.from([0x8a, 0x80, 0, 0, 0, 0])

const [port, count, channel, transport, mode] = process.argv.slice(2)
let opened = 0

function request(): string {
  const query = `channels=${channel!.replace('#', String(opened++))}`
  return transport === 'sse' ? eventStreamRequest(`/sse?${query}`) : upgradeRequest(`/ws?${query}`)
}

function open(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(request()))
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
