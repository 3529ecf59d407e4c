// A fan-out of one channel that takes several slices, and everything that may come in between.

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Core, type Peer } from '../core/core.ts'
import { FakeLink } from '../core/fake-link.ts'
import { turns } from '../core/late-log.ts'

const SLICE = 32

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})

afterEach(() => {
  vi.useRealTimers()
})

/** A core with so many readers of `a` that a fan-out needs a second slice; the first of them make it slow. */
async function crowd(core: Core): Promise<{ during(deed: () => void): void }> {
  const first = Array.from({ length: SLICE }, () => core.connect(['a']))
  await turns(4)
  return {
    /** Does something after the first slice of the next fan-out of `a`. */
    during: deed => afterSlice(first[SLICE - 1]!, deed),
  }
}

/** Ends a slice with what this reader is sent next, and does something before the one that follows. */
function afterSlice({ link }: Peer, deed: () => void = () => {}): void {
  link.onSent = () => {
    link.onSent = null
    // Set before the hub sets its own.
    setImmediate(deed)
    vi.advanceTimersByTime(100)
  }
}

function dataOf({ link }: Peer): string[] {
  return link.of('message').map(({ channel, data }) => `${channel}${data}`)
}

async function publish(core: Core, channel: string, data: number): Promise<void> {
  await core.context.publisher.publish([{ channel, data: String(data) }])
}

test('[R4] a reader that drains during a fan-out passes over nothing that it was not told of', async () => {
  const core = new Core()
  const { during } = await crowd(core)
  const late = core.connect(['a', 'b'])
  await turns(4)
  late.link.isStalled = true
  await publish(core, 'b', 1)
  await publish(core, 'b', 2)
  await turns(4)
  late.link.isStalled = false
  during(() => late.link.take())
  await publish(core, 'a', 3)
  await turns(6)
  await publish(core, 'a', 4)
  await turns(6)
  expect(dataOf(late)).toEqual(['b1', 'b2', 'a3', 'a4'])
})

test('[R4] nobody has a turn between two slices of a fan-out, however many it takes', async () => {
  const core = new Core()
  const readers = Array.from({ length: 2 * SLICE }, () => core.connect(['a']))
  await turns(4)
  const late = core.connect(['a', 'b'])
  await turns(4)
  late.link.isStalled = true
  await publish(core, 'b', 1)
  await publish(core, 'b', 2)
  await turns(4)
  late.link.isStalled = false
  afterSlice(readers[SLICE - 1]!, () => late.link.take())
  // The third slice: by then the one that drained waits for a turn.
  afterSlice(readers[2 * SLICE - 1]!)
  await publish(core, 'a', 3)
  await turns(6)
  await publish(core, 'a', 4)
  await turns(6)
  expect(dataOf(late)).toEqual(['b1', 'b2', 'a3', 'a4'])
})

test('[C2] what is published during a fan-out follows it, to everybody once and in order', async () => {
  const core = new Core()
  const { during } = await crowd(core)
  const both = core.connect(['b', 'a'])
  const one = core.connect(['a'])
  await turns(4)
  // Not by the publisher, whose tick would wait until the fan-out is over.
  during(() => void core.log.inner.append([[{ channel: 'b', data: '2', stored: true }]]))
  await publish(core, 'a', 1)
  await turns(8)
  await publish(core, 'a', 3)
  await turns(8)
  expect([dataOf(both), dataOf(one)]).toEqual([
    ['a1', 'b2', 'a3'],
    ['a1', 'a3'],
  ])
})

test('[S4] a heartbeat during a fan-out tells no cursor beyond what was given', async () => {
  const core = new Core()
  const { during } = await crowd(core)
  const stream = core.connect(['a'], { link: new FakeLink('sse') })
  await turns(4)
  const before = stream.link.sent.length
  during(() => stream.session.beat())
  await publish(core, 'a', 1)
  await turns(6)
  const after = stream.link.sent.slice(before)
  expect(after.map(({ frame, eventId }) => [frame.type, eventId])).toEqual([
    ['heartbeat', undefined],
    ['message', core.log.inner.cursor(core.log.head)],
  ])
})

test('[N4] a purge during a fan-out sends nobody to the log who lacked nothing of its channel', async () => {
  const core = new Core()
  const { during } = await crowd(core)
  const other = core.connect(['b'])
  await publish(core, 'b', 1)
  await turns(4)
  during(() => core.hub.removed({ channel: 'b', through: core.log.head }))
  await publish(core, 'a', 2)
  await turns(6)
  await publish(core, 'b', 3)
  await turns(6)
  expect(core.log.reads).toBe(0)
  expect(dataOf(other)).toEqual(['b1', 'b3'])
})

test('a reader that comes or goes during a fan-out gets what is its own', async () => {
  const core = new Core()
  const { during } = await crowd(core)
  const gone = core.connect(['a'])
  await turns(4)
  let come: Peer | null = null
  during(() => {
    gone.link.die()
    come = core.connect(['a'])
  })
  await publish(core, 'a', 1)
  await turns(6)
  await publish(core, 'a', 2)
  await turns(6)
  expect([dataOf(gone), dataOf(come!)]).toEqual([[], ['a2']])
})
