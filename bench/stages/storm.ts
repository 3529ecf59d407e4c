// Everybody is cut off, misses messages and comes back at once. Knows no workload and no report.

import { startLoad } from '../load/load-process.ts'
import type { Server } from '../servers/server.ts'
import type { Transport } from '../wires/wire.ts'
import type { Contender, Measure, Sample } from '../workload.ts'

export interface Storm {
  readonly server: Server
  readonly transport: Transport
  readonly channel: string
  readonly clients: number
  /** Messages that each of them misses. */
  readonly missed: number
}

export const STORM = {
  clientMicros: { key: 'clientMicros', title: 'server CPU, µs a client', digits: 0 },
  seconds: { key: 'seconds', title: 'all caught up after, s', digits: 2 },
  p50Ms: { key: 'p50Ms', title: 'half of them after, ms', digits: 0 },
  loadBusy: { key: 'loadBusy', title: 'load busy, % of its core', digits: 0 },
} satisfies Record<string, Measure>

/** A contender whose clients all come back in every round. */
export function storm(
  name: string,
  { server: under, transport, channel, missed, ...options }: Storm,
): Contender {
  return {
    name,
    missing: () => under.missing(),
    async open({ cores, profileFolder, scaled }) {
      const clients = scaled(options.clients)
      const server = await under.start({ transport, core: cores.server, profileFolder })
      const load = startLoad(cores.load)
      const { address } = server
      const comeBack = async (crowd: number): Promise<Sample> => {
        await load.ask('scatter', { address, channel, clients: crowd, missed })
        const before = await server.cpuSeconds()
        const { seconds, cpuSeconds, p50Ms } = await load.ask('gather', { address })
        const after = await server.cpuSeconds()
        const used = after.user + after.system - before.user - before.system
        return {
          clientMicros: (used * 1e6) / crowd,
          seconds,
          p50Ms,
          loadBusy: (100 * cpuSeconds) / seconds,
        }
      }
      return {
        warmUp: async () => void (await comeBack(Math.ceil(clients / 5))),
        round: () => comeBack(clients),
        async close() {
          await load.stop()
          await server.stop()
        },
      }
    },
  }
}
