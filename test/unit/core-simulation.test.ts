// The promises of delivery under random traffic, slow sockets and a late log, in one process. `SEED=` repeats a life,
// `SIMULATION_MS=` searches longer.

import { expect, test, vi } from 'vitest'
import { Simulation } from '../core/simulation.ts'
import { seededRandom } from '../harness/seed.ts'

const SEARCH_MS = Number(process.env.SIMULATION_MS ?? 3000)
const STEPS = 300

/** Numbers in [0, 1) from a seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Slices and turns are measured: held, so that a life depends on nothing but its seed. */
async function live(seed: number): Promise<Simulation> {
  const held = vi.spyOn(performance, 'now').mockReturnValue(0)
  const simulation = new Simulation(randomFrom(seed))
  try {
    await simulation.run(STEPS)
    return simulation
  } catch (error) {
    throw new Error(`life ${seed}: ${(error as Error).message}`, { cause: error })
  } finally {
    held.mockRestore()
  }
}

test(
  '[C2] [C4] [H4] [R2] [R3] [R4] random lives keep every promise of delivery',
  async () => {
    if (process.env.LIFE) {
      await live(Number(process.env.LIFE))
      return
    }
    const random = seededRandom()
    const end = Date.now() + SEARCH_MS
    let delivered = 0
    do {
      const { core } = await live(Math.floor(random() * 2 ** 32))
      delivered += core.context.counters.delivered
    } while (Date.now() < end)
    expect(delivered).toBeGreaterThan(1000)
  },
  SEARCH_MS + 20_000,
)
