// One message to a large audience: how long the server's event loop is held meanwhile. Knows no workload and no report.

import { setTimeout as sleep } from 'node:timers/promises'
import { startLoad } from '../load/load-process.ts'
import type { RunningServer, Server } from '../servers/server.ts'
import type { Transport } from '../wires/wire.ts'
import type { Contender, Measure, Sample } from '../workload.ts'

export interface Single {
  readonly server: Server
  readonly transport: Transport
  readonly channel: string
  readonly connections: number
}

export const SINGLE = {
  lagMs: { key: 'lagMs', title: 'event loop held, ms (its own figure)', digits: 0 },
  healthMs: { key: 'healthMs', title: 'slowest /healthz, ms', digits: 1 },
  seconds: { key: 'seconds', title: 'until all have it, s', digits: 3 },
} satisfies Record<string, Measure>

/** The gateway tells the longest hold of the last whole second. */
const LAG_SECONDS_MS = 2200
const LOOK_EVERY_MS = 100

/** A contender that is asked how it is while it delivers. */
export function single(name: string, { server: under, transport, channel, connections }: Single): Contender {
  return {
    name,
    missing: () => under.missing(),
    async open({ cores, profileFolder, scaled }) {
      const server = await under.start({ transport, core: cores.server, profileFolder })
      const load = startLoad(cores.load)
      const { address } = server
      await load.ask('subscribe', {
        address,
        counting: 'bytes',
        channels: [channel],
        count: scaled(connections),
      })
      const round = async (): Promise<Sample> => {
        const probe = probeHealth(server)
        const { seconds } = await load.ask('single', { address })
        const healthMs = await probe.stop()
        return { seconds, healthMs, lagMs: await longestLag(server) }
      }
      return {
        // Connecting holds it too; that second must be over.
        warmUp: async () => void (await round()),
        round,
        async close() {
          await load.stop()
          await server.stop()
        },
      }
    },
  }
}

/** Asks for `/healthz` again and again; `stop` tells how long the slowest answer took. */
function probeHealth({ address }: RunningServer): { stop(): Promise<number> } {
  let isOver = false
  const probing = (async () => {
    let slowestMs = 0
    while (!isOver) {
      const startedAt = performance.now()
      const answer = await fetch(`http://127.0.0.1:${address.port}/healthz`)
      await answer.arrayBuffer()
      slowestMs = Math.max(slowestMs, performance.now() - startedAt)
    }
    return slowestMs
  })()
  return {
    stop() {
      isOver = true
      return probing
    },
  }
}

async function longestLag({ address }: RunningServer): Promise<number> {
  const headers = { Authorization: `Bearer ${address.apiKey}` }
  let longestMs = 0
  for (let waitedMs = 0; waitedMs < LAG_SECONDS_MS; waitedMs += LOOK_EVERY_MS) {
    await sleep(LOOK_EVERY_MS)
    const answer = await fetch(`http://127.0.0.1:${address.port}/api/stats`, { headers })
    const { eventLoopLagMs } = (await answer.json()) as { eventLoopLagMs: number }
    longestMs = Math.max(longestMs, eventLoopLagMs)
  }
  return longestMs
}
