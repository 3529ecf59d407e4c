// The floor: the least that Node can do for the same traffic, run by `floor-server.ts`. What lies above it is the gateway's own.

import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Server } from './server.ts'
import { startNode } from './server-process.ts'

const SCRIPT = join(import.meta.dirname, 'floor-server.ts')

export const floor: Server = {
  name: 'floor',
  missing: () => null,
  async start(options) {
    const server = await startNode({ ...options, script: SCRIPT, folder: tmpdir(), env: {} })
    const { transport } = options
    return { ...server, address: { server: 'floor', transport, port: server.port, apiKey: '' } }
  },
}
