// Socket.IO, run by `socket-io-server.js` with the packages of `bench/package.json`: what a library on Node costs.

import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Server } from './server.ts'
import { startNode } from './server-process.ts'

const SCRIPT = join(import.meta.dirname, 'socket-io-server.js')
const PACKAGE = join(import.meta.dirname, '../node_modules/socket.io/package.json')

/** `recovers`: with connection state recovery, which keeps every message in memory for two minutes. */
function socketIoWith(recovers: boolean): Server {
  return {
    name: 'socket.io',
    missing: () =>
      existsSync(PACKAGE) ? null : 'Socket.IO is not installed, so it is left out: npm ci --prefix bench',
    async start(options) {
      const env = { BENCH_RECOVERY: recovers ? 'on' : 'off' }
      const server = await startNode({ ...options, script: SCRIPT, folder: tmpdir(), env })
      const { port } = server
      return { ...server, address: { server: 'socket.io', transport: 'websocket', port, apiKey: '' } }
    },
  }
}

export const socketIo = socketIoWith(false)
export const recoveringSocketIo = socketIoWith(true)
