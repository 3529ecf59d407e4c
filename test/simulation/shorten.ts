// A broken life made as short as it can be while it still breaks a promise. Knows how events become smaller.

import type { Core } from '../core/core.ts'
import type { Event } from './event.ts'
import { type Broken, live } from './life.ts'
import { shrink } from './shrink.ts'

export interface ShortenOptions {
  readonly plant?: ((core: Core) => void) | undefined
  readonly isOver: () => boolean
  readonly onShorter?: (events: readonly Event[]) => void
}

/** The shortest list found, and what it breaks. */
export interface Shortened {
  readonly events: readonly Event[]
  readonly broken: Broken
}

/** Takes a life that broke a promise; any other promise may be the one that the shortest list breaks. */
export async function shorten(
  events: readonly Event[],
  broken: Broken,
  { plant, isOver, onShorter }: ShortenOptions,
): Promise<Shortened> {
  const isEarly = broken.at < events.length
  let shortest: Shortened = { events: isEarly ? events.slice(0, broken.at + 1) : events, broken }
  await shrink(shortest.events, {
    shows: async tried => {
      const lived = await live(tried, plant)
      if (!('problem' in lived)) return false
      shortest = { events: tried, broken: lived }
      return true
    },
    smaller: smallerEvents,
    isOver,
    onShorter: shorter => onShorter?.(shorter),
  })
  return shortest
}

/** Lists lose a member, numbers that say how much become less, what may be absent goes. */
function smallerEvents(event: Event): Event[] {
  return Object.entries(event).flatMap(([name, value]) =>
    smallerValues(name, value).map(smaller => {
      const { [name]: _, ...rest } = event as unknown as { readonly [name: string]: unknown }
      return (smaller === undefined ? rest : { ...event, [name]: smaller }) as Event
    }),
  )
}

/** Fields whose number says how much; others are names. */
const AMOUNTS = ['count', 'bytes', 'ms', 'back', 'lookMs', 'tokenMs']
/** Fields an event can do without. */
const OPTIONAL = ['since', 'history', 'sender', 'bytesPerSecond', 'systemBytes', 'tokenMs', 'back']

function smallerValues(name: string, value: unknown): unknown[] {
  const without = OPTIONAL.includes(name) ? [undefined] : []
  if (Array.isArray(value) && value.length > 1)
    return [[value[0]], ...value.map((_, index) => value.toSpliced(index, 1))]
  if (typeof value !== 'number' || value <= 1 || !AMOUNTS.includes(name)) return without
  return [...without, ...new Set([1, Math.floor(value / 2), Math.floor(value * 0.9)])].filter(
    smaller => smaller !== value,
  )
}
