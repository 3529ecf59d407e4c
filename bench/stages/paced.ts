// Messages at a steady pace, far below what the server can do: how long a delivery takes. Knows no workload and no report.

import { startLoad } from '../load/load-process.ts'
import type { Server } from '../servers/server.ts'
import type { Address, Transport } from '../wires/wire.ts'
import type { Contender, Measure, Sample } from '../workload.ts'

export interface Paced {
  readonly server: Server
  readonly transport: Transport
  readonly channel: string
  readonly subscribers: number
  readonly perSecond: number
  /** What else is there during each round; started before it and ended after it by what it returns. */
  readonly beside?: (address: Address) => Promise<() => Promise<void>>
}

export const LATENCY = {
  p50Ms: { key: 'p50Ms', title: 'p50, ms', digits: 2 },
  p99Ms: { key: 'p99Ms', title: 'p99, ms', digits: 2 },
  p999Ms: { key: 'p999Ms', title: 'p99.9, ms', digits: 2 },
  serverBusy: { key: 'serverBusy', title: 'server busy, % of its core', digits: 0 },
  loadBusy: { key: 'loadBusy', title: 'load busy, % of its core', digits: 0 },
} satisfies Record<string, Measure>

/** Long enough for a percentile of a thousand to stand on more than chance. */
const ROUNDS_LONGER = 2

/** A contender whose deliveries are timed. */
export function paced(name: string, { server: under, transport, channel, ...options }: Paced): Contender {
  return {
    name,
    missing: () => under.missing(),
    async open({ cores, profileFolder, roundMs }) {
      const server = await under.start({ transport, core: cores.server, profileFolder })
      const load = startLoad(cores.load)
      const { address } = server
      const { subscribers: count, perSecond, beside } = options
      await load.ask('subscribe', { address, counting: 'times', channels: [channel], count })
      const round = async (durationMs: number): Promise<Sample> => {
        const endBeside = await beside?.(address)
        const before = await server.cpuSeconds()
        const { seconds, cpuSeconds, ...latencies } = await load.ask('pace', {
          address,
          perSecond,
          durationMs,
        })
        const after = await server.cpuSeconds()
        await endBeside?.()
        const used = after.user + after.system - before.user - before.system
        return { ...latencies, serverBusy: (100 * used) / seconds, loadBusy: (100 * cpuSeconds) / seconds }
      }
      return {
        warmUp: async () => void (await round(roundMs)),
        round: () => round(ROUNDS_LONGER * roundMs),
        async close() {
          await load.stop()
          await server.stop()
        },
      }
    },
  }
}
