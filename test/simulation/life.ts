// One life from its first event to its rest, in time of its own. Knows no seeds.

import type { Core } from '../core/core.ts'
import { turns } from '../core/late-log.ts'
import type { Event } from './event.ts'
import { HeldTime } from './held-time.ts'
import { World } from './world.ts'

/** What a life that broke no promise amounts to. */
export interface Lived {
  readonly delivered: number
  readonly acknowledged: number
}

/** A promise was broken; `at` is how many events had been carried out. */
export interface Broken {
  readonly problem: Error
  readonly at: number
}

/** Lives these events. `plant` may break each core on purpose. Never rejects. */
export async function live(events: readonly Event[], plant?: (core: Core) => void): Promise<Lived | Broken> {
  const time = new HeldTime()
  const giveBack = time.hold()
  let at = 0
  try {
    const world = new World(time, plant)
    for (const event of events) {
      await world.apply(event)
      at += 1
    }
    await world.rest()
    return { delivered: world.delivered, acknowledged: world.publishing.acknowledged }
  } catch (problem) {
    return { problem: problem instanceof Error ? problem : new Error(String(problem)), at }
  } finally {
    // What is still under way must not look at the next life's time.
    await turns(20)
    giveBack()
  }
}
