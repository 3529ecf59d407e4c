// The gateway under test, with its defaults: only heartbeats are moved out of the way, so that bytes can be counted, and
// the bounds that hold back what comes from one address or client.

import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Server } from './server.ts'
import { startNode } from './server-process.ts'

const ENTRY = join(import.meta.dirname, '../../gateway/twinwire.js')
const SETTINGS = [
  'port: 0',
  'heartbeat: 1h',
  'drain: 0',
  'logLevel: warn',
  'limits: { commandsPerSecond: 1000000 }',
]

export interface TwinwireOptions {
  readonly name?: string
  /** More lines of `twinwire.yaml`. */
  readonly settings?: readonly string[]
  /** Puts something into the data folder before the start. */
  readonly fill?: (dataDir: string) => Promise<void>
}

/** A gateway in a folder of its own. */
export function twinwireWith({ name = 'twinwire', settings = [], fill }: TwinwireOptions): Server {
  return {
    name,
    missing: () => null,
    async start(options) {
      const folder = await mkdtemp(join(tmpdir(), 'twinwire-bench-'))
      const remove = () => rm(folder, { recursive: true, force: true })
      try {
        await writeFile(join(folder, 'twinwire.yaml'), `${[...SETTINGS, ...settings].join('\n')}\n`)
        await fill?.(join(folder, 'data'))
        const apiKey = randomBytes(16).toString('hex')
        const env = { TWINWIRE_API_KEY: apiKey, TWINWIRE_PORT: '0' }
        const server = await startNode({ ...options, script: ENTRY, folder, env })
        const { transport } = options
        const stop = async () => {
          await server.stop()
          await remove()
        }
        return { ...server, address: { server: 'twinwire', transport, port: server.port, apiKey }, stop }
      } catch (error) {
        await remove()
        throw error
      }
    },
  }
}

export const twinwire = twinwireWith({})
