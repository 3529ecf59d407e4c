// The pulse of a peer, beat by beat: slow peers of every kind against frozen and vanished ones.

import { expect, test } from 'vitest'
import type { Connection } from '../../gateway/core/connection.ts'
import type { Taken } from '../../gateway/core/link.ts'
import { Pulse } from '../../gateway/core/pulse.ts'

const BEAT_MS = 22_500
const SLOW_BYTES_PER_BEAT = 10 * BEAT_MS
const MEGABYTE = 1e6

interface World {
  /** Bytes that the peer has read. */
  read: number
  /** Bytes that its system has acknowledged; null: nobody tells. */
  acknowledged: number | null
  given: number
  pending: number
  answers: boolean
  received: number
}

const START: World = { read: 0, acknowledged: 0, given: 0, pending: 0, answers: true, received: 0 }

/** Beats until the verdict is `dead`; null: it never is in `beats`. */
function beatsUntilDead(start: Partial<World>, beats: number, live: (world: World) => void): number | null {
  const world = { ...START }
  const link = {
    transport: 'websocket' as const,
    address: '',
    get answersHeartbeats() {
      return world.answers
    },
    progress: () => world.received,
    taken: async () => null,
  }
  const connection = {
    link,
    get givenBytes() {
      return world.given
    },
    get pendingBytes() {
      return world.pending
    },
  } as Connection
  const pulse = new Pulse(connection)
  Object.assign(world, start)
  for (let beat = 1; beat <= beats; beat += 1) {
    live(world)
    const verdict = pulse.beat(connection, BEAT_MS)
    if (verdict === 'dead') return beat
    if (verdict === 'unclear' && pulse.judge(takenBy(world), world.pending) === 'dead') return beat
  }
  return null
}

function takenBy({ acknowledged, given, pending }: World): Taken | null {
  return acknowledged === null ? null : { bytes: acknowledged, underWay: given - pending - acknowledged }
}

test('[W5] an idle peer that does not answer is dead at the second beat, without a look', () => {
  expect(beatsUntilDead({ acknowledged: null }, 10, () => {})).toBe(2)
})

test('[W5] a peer that answers lives, whatever lies before it', () => {
  const answer = (world: World) => {
    world.received += 6
  }
  expect(beatsUntilDead({ given: 100 * MEGABYTE, pending: 65_000 }, 1000, answer)).toBeNull()
})

test.each([
  ['in the kernel here, and acknowledged as it is read', (world: World) => (world.acknowledged = world.read)],
  ['beyond, acknowledged at once', (world: World) => (world.acknowledged = world.given)],
  ['where nobody tells', (world: World) => (world.acknowledged = null)],
])(
  '[W5] a reader at 10 KB/s that answers only when it has read a megabyte is alive: the bytes are %s',
  (_, where) => {
    const live = (world: World) => {
      world.read = Math.min(world.given, world.read + SLOW_BYTES_PER_BEAT)
      where(world)
      if (world.read === world.given) world.received += 6
    }
    expect(beatsUntilDead({ given: MEGABYTE }, 100, live)).toBeNull()
  },
)

test('[W5] a reader at 10 KB/s with four megabytes in the kernel and a chunk here is alive', () => {
  const live = (world: World) => {
    world.read += SLOW_BYTES_PER_BEAT
    world.acknowledged = Math.min(world.given, world.read)
    if (world.read > world.given) world.received += 6
  }
  expect(beatsUntilDead({ given: 4 * MEGABYTE, pending: 65_000 }, 100, live)).toBeNull()
})

test('[W5] a peer whose system acknowledges nothing more is dead two beats after the first look', () => {
  expect(beatsUntilDead({ given: MEGABYTE, acknowledged: 128_000 }, 10, () => {})).toBe(3)
})

test('[W5] where nobody tells, a pending write that does not move ends it at the second beat', () => {
  expect(beatsUntilDead({ given: MEGABYTE, pending: 65_000, acknowledged: null }, 10, () => {})).toBe(2)
})

test('[W5] a frozen peer whose system acknowledges everything, the pings too, is found within two minutes', () => {
  const live = (world: World) => {
    world.given += 2
    world.acknowledged = world.given
  }
  const beats = beatsUntilDead({ given: 50 * MEGABYTE }, 100, live)
  expect(beats! * BEAT_MS).toBeLessThan(120_000 + 2 * BEAT_MS)
  expect(beats).toBeGreaterThan(2)
})

test('[W5] an event stream that takes everything is never dead; one that takes nothing is', () => {
  const stream = { answers: false, given: MEGABYTE }
  expect(beatsUntilDead({ ...stream, acknowledged: 0 }, 1000, () => {})).toBeNull()
  expect(beatsUntilDead({ ...stream, acknowledged: 0, pending: 100 }, 10, () => {})).toBe(3)
})
