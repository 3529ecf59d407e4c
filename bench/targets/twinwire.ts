// The gateway under test, with its defaults: only heartbeats are moved out of the way, so that bytes can be counted.

import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startNode } from '../server-process.ts'
import { eventStreamRequest, upgradeRequest } from '../subscribe-request.ts'
import type { RunningServer, StartOptions, Target, Wire } from '../target.ts'

const ENTRY = join(import.meta.dirname, '../../gateway/twinwire.js')
const CHANNEL = 'public:bench'

export const twinwire: Target = {
  name: 'twinwire',
  missing: () => null,
  async start(options: StartOptions): Promise<RunningServer> {
    const folder = await mkdtemp(join(tmpdir(), 'twinwire-bench-'))
    const remove = () => rm(folder, { recursive: true, force: true })
    try {
      await writeFile(join(folder, 'twinwire.yaml'), 'port: 0\nheartbeat: 1h\ndrain: 0\nlogLevel: warn\n')
      const apiKey = randomBytes(16).toString('hex')
      const env = { TWINWIRE_API_KEY: apiKey, TWINWIRE_PORT: '0' }
      const server = await startNode({ ...options, script: ENTRY, folder, env })
      const stop = async () => {
        await server.stop()
        await remove()
      }
      return { ...server, wire: wireOf(server.port, options, apiKey), stop }
    } catch (error) {
      await remove()
      throw error
    }
  },
}

function wireOf(port: number, { transport }: StartOptions, apiKey: string): Wire {
  const request = transport === 'websocket' ? upgradeRequest : eventStreamRequest
  const path = `/${transport === 'websocket' ? 'ws' : 'sse'}?channels=${CHANNEL}`
  return {
    port,
    subscribe: request(path),
    ready: '"type":"live"',
    publish: {
      path: '/api/publish',
      headers: [`Authorization: Bearer ${apiKey}`],
      before: `{"channel":"${CHANNEL}","data":`,
      after: '}',
    },
  }
}
