// What idle connections cost in memory: every round starts a fresh server, opens them all and waits until it is quiet.
// Knows no workload and no report.

import { setTimeout as sleep } from 'node:timers/promises'
import { startLoad } from '../load/load-process.ts'
import type { RunningServer, Server } from '../servers/server.ts'
import type { Transport } from '../wires/wire.ts'
import type { Bench, Contender, Measure, Sample } from '../workload.ts'

export interface Idle {
  readonly server: Server
  readonly transport: Transport
  readonly channel: string
  readonly connections: number
}

export const IDLE = {
  kilobytes: { key: 'kilobytes', title: 'KB a connection', digits: 1 },
  openMicros: { key: 'openMicros', title: 'server CPU, µs to open one', digits: 0 },
  residentMegabytes: { key: 'residentMegabytes', title: 'resident with all, MB', digits: 0 },
} satisfies Record<string, Measure>

/** A contender that holds connections on which nothing happens. */
export function idle(name: string, options: Idle): Contender {
  return {
    name,
    missing: () => options.server.missing(),
    open: async bench => ({
      warmUp: async () => {},
      round: () => holdAll(options, bench),
      close: async () => {},
    }),
  }
}

async function holdAll(options: Idle, { cores, profileFolder, scaled, roundMs }: Bench): Promise<Sample> {
  const { transport, channel } = options
  const connections = scaled(options.connections)
  const stillForMs = STILL_FOR_ROUNDS * roundMs
  const server = await options.server.start({ transport, core: cores.server, profileFolder })
  const load = startLoad(cores.load)
  try {
    const emptyBytes = await quietBytes(server, stillForMs)
    const before = await server.cpuSeconds()
    const { address } = server
    await load.ask('subscribe', { address, counting: 'bytes', channels: [channel], count: connections })
    const after = await server.cpuSeconds()
    const fullBytes = await quietBytes(server, stillForMs)
    const cpuSeconds = after.user + after.system - before.user - before.system
    return {
      kilobytes: (fullBytes - emptyBytes) / 1000 / connections,
      openMicros: (cpuSeconds * 1e6) / connections,
      residentMegabytes: fullBytes / 1e6,
    }
  } finally {
    await load.stop()
    await server.stop()
  }
}

const LOOK_EVERY_MS = 500
/** In rounds. Three seconds are longer than a collector waits before it calls a process idle. */
const STILL_FOR_ROUNDS = 3
const MAX_WAIT_MS = 20_000
/** Smaller movements are no news. */
const STILL_BYTES = 500_000

/** Resident memory once it has stood still, so that garbage of the opening is not counted as kept. */
async function quietBytes(server: RunningServer, stillForMs: number): Promise<number> {
  let settled = await server.residentBytes()
  let stillMs = 0
  for (let waitedMs = 0; waitedMs < MAX_WAIT_MS && stillMs < stillForMs; waitedMs += LOOK_EVERY_MS) {
    await sleep(LOOK_EVERY_MS)
    const now = await server.residentBytes()
    if (Math.abs(now - settled) > STILL_BYTES) {
      settled = now
      stillMs = 0
    } else stillMs += LOOK_EVERY_MS
  }
  return server.residentBytes()
}
