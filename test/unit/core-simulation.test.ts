// The promises of delivery in random lives of the core, and in those that once broke one. `SEED=` repeats a search,
// `npm run simulate` searches longer, shortens what it finds and keeps it.

import { expect, test } from 'vitest'
import { seededRandom } from '../harness/seed.ts'
import { describe, type Event } from '../simulation/event.ts'
import { generateLife } from '../simulation/generate.ts'
import { keptNames, readKept } from '../simulation/kept.ts'
import { type Lived, live } from '../simulation/life.ts'
import { shorten } from '../simulation/shorten.ts'

const SEARCH_MS = 3000
const STEPS = 300

/** Lives the events; a broken promise is told with the command that repeats it. */
async function liveWell(events: readonly Event[], repeat: string): Promise<Lived> {
  const lived = await live(events)
  if ('problem' in lived)
    throw new Error(`${lived.problem.message}: npm run simulate -- ${repeat}`, { cause: lived.problem })
  return lived
}

test('[C2] [C3] [C4] [H1] [H2] [H4] [R2] [R3] [R4] [W3] [W5] random lives keep every promise of delivery', async () => {
  const seed = Math.floor(seededRandom()() * 2 ** 31)
  const end = Date.now() + SEARCH_MS
  let delivered = 0
  for (let at = seed; at === seed || Date.now() < end; at += 1) {
    const lived = await liveWell(generateLife(at, STEPS), `--seed ${at} --runs 1 --steps ${STEPS}`)
    delivered += lived.delivered
  }
  expect(delivered).toBeGreaterThan(0)
})

test.each(keptNames())('the kept life %s breaks no promise any more', async name => {
  await liveWell(readKept(name), `--kept ${name}`)
})

test('the same seed gives the same life, event by event and to the last delivery', async () => {
  const [first, second] = [generateLife(7, STEPS), generateLife(7, STEPS)]
  expect(first).toEqual(second)
  expect(await live(first)).toEqual(await live(second))
})

test('a planted fault is found and shortened to the few events that show it', async () => {
  // One message of each core never reaches the tail.
  const plant: Parameters<typeof live>[1] = ({ hub }) => {
    const append = hub.tail.appendStored.bind(hub.tail)
    let count = 0
    hub.tail.appendStored = (channel, message, id, seq) => {
      count += 1
      if (count !== 3) append(channel, message, id, seq)
    }
  }
  for (let seed = 1; ; seed += 1) {
    expect(seed).toBeLessThan(20)
    const events = generateLife(seed, STEPS)
    const broken = await live(events, plant)
    if (!('problem' in broken)) continue
    // It is over by itself, when nothing that is left can go.
    const shortest = await shorten(events, broken, { plant, isOver: () => false })
    const lines = shortest.events.map(describe).join('\n')
    expect(shortest.broken.problem.message, lines).toMatch(/missing/)
    // A reader, and four messages: the one before, the lost one, and one after it.
    expect(shortest.events.length, lines).toBeLessThanOrEqual(8)
    expect(await live(shortest.events)).not.toHaveProperty('problem')
    return
  }
})
