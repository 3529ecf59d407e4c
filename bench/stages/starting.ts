// How long a server takes until it listens, with an empty data folder. Knows no workload and no report.

import type { Server } from '../servers/server.ts'
import type { Bench, Contender, Measure, Sample } from '../workload.ts'

export const START = {
  startMs: { key: 'startMs', title: 'until it listens, ms', digits: 0 },
  residentMegabytes: { key: 'residentMegabytes', title: 'resident then, MB', digits: 0 },
} satisfies Record<string, Measure>

/** A contender that is started and stopped in every round. */
export function starting(server: Server): Contender {
  return {
    name: server.name,
    missing: () => server.missing(),
    open: async bench => ({
      warmUp: async () => {},
      round: () => startOnce(server, bench),
      close: async () => {},
    }),
  }
}

async function startOnce(server: Server, { cores, profileFolder }: Bench): Promise<Sample> {
  const { startMs, residentBytes, stop } = await server.start({
    transport: 'websocket',
    core: cores.server,
    profileFolder,
  })
  const residentMegabytes = (await residentBytes()) / 1e6
  await stop()
  return { startMs, residentMegabytes }
}
