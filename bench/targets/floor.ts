// The floor: the least that Node can do for the same traffic, run by `floor-server.ts`. What lies above it is the gateway's own.

import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startNode } from '../server-process.ts'
import { eventStreamRequest, upgradeRequest } from '../subscribe-request.ts'
import type { RunningServer, StartOptions, Target } from '../target.ts'

const SCRIPT = join(import.meta.dirname, '../floor-server.ts')

export const floor: Target = {
  name: 'floor',
  missing: () => null,
  async start(options: StartOptions): Promise<RunningServer> {
    const server = await startNode({ ...options, script: SCRIPT, folder: tmpdir(), env: {} })
    const request = options.transport === 'websocket' ? upgradeRequest : eventStreamRequest
    const publish = { path: '/', headers: [], before: '', after: '' }
    return { ...server, wire: { port: server.port, subscribe: request('/'), ready: '\r\n\r\n', publish } }
  },
}
