// A gateway with a log that was filled before it started: what replaying the newest messages of a channel costs.
// Knows no workload and no report.

import { startLoad } from '../load/load-process.ts'
import { filled } from '../servers/filled-log.ts'
import { twinwireWith } from '../servers/twinwire.ts'
import type { Contender, Measure, Sample } from '../workload.ts'

export interface Replaying {
  readonly channels: readonly string[]
  /** Messages in each. */
  readonly each: number
  /** How many of the newest messages each replay has. */
  readonly messages: number
}

export const REPLAY = {
  replayMicros: { key: 'replayMicros', title: 'server CPU, µs a replay', digits: 0 },
  medianMs: { key: 'medianMs', title: 'until it is live, ms', digits: 2 },
} satisfies Record<string, Measure>

/** Replays in one round; none is of a channel that was read a moment ago, and could come from a cache. */
const REPLAYS = 400
/** As long as a page that was read may be shared (`gateway/core/replay-cache.ts`). */
const CACHED_MS = 1100

export function replaying(name: string, { channels, each, messages }: Replaying): Contender {
  return {
    name,
    missing: () => null,
    async open({ cores, profileFolder, scaled }) {
      const under = twinwireWith({ fill: filled(channels, Math.max(messages, scaled(each))) })
      const server = await under.start({ transport: 'websocket', core: cores.server, profileFolder })
      const load = startLoad(cores.load)
      const { address } = server
      const round = async (): Promise<Sample> => {
        await new Promise(resolve => setTimeout(resolve, CACHED_MS))
        const chosen = spread(channels, REPLAYS)
        const before = await server.cpuSeconds()
        const { replays, medianMs } = await load.ask('replay', { address, channels: chosen, messages })
        const after = await server.cpuSeconds()
        const used = after.user + after.system - before.user - before.system
        return { replayMicros: (used * 1e6) / replays, medianMs }
      }
      return {
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

/** So many of them, from all over. */
function spread(channels: readonly string[], count: number): string[] {
  const step = Math.max(1, Math.floor(channels.length / count))
  return channels.filter((_, index) => index % step === 0).slice(0, count)
}
