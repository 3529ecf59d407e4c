// A subscription made later, on a cursor of its own, becomes part of the connection's one stream: nothing lost on the way.

import { expect, test } from 'vitest'
import { Core, type CoreOptions, type Peer } from '../core/core.ts'
import { turn, turns } from '../core/late-log.ts'

const SMALL_TAIL = { tailBytes: 3000 }

const dataOf = ({ link }: Peer, channel: string) =>
  link
    .of('message')
    .filter(frame => frame.channel === channel)
    .map(frame => frame.data)

const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index)

async function publishNumbers(core: Core, channel: string, from: number, to: number): Promise<void> {
  const group = numbers(from, to).map(number => ({ channel, data: String(number) }))
  await core.context.publisher.publish(group)
}

/** A connection on `a`, and another that keeps `b` in the tail. */
async function openTwo(options: CoreOptions = {}): Promise<{ core: Core; peer: Peer; other: Peer }> {
  const core = new Core(options)
  const peer = core.connect(['a'])
  const other = core.connect(['b'])
  await Promise.all([peer.opened, other.opened])
  return { core, peer, other }
}

test('[C2] [R4] more than a page of a channel that the tail holds is replayed whole', async () => {
  const { core, peer } = await openTwo()
  await publishNumbers(core, 'b', 1, 250)
  await core.publish('a')
  await turns(3)
  peer.command({ type: 'subscribe', ref: 1, channel: 'b', since: core.log.inner.cursor(0) })
  await turns(20)
  expect(dataOf(peer, 'b')).toEqual(numbers(1, 250))
  expect(peer.link.of('live').at(-1)?.channels).toEqual(['b'])
})

test('[R4] what is published while the log is read reaches a late subscription', async () => {
  const { core, peer } = await openTwo()
  await publishNumbers(core, 'b', 1, 3)
  core.log.turns = () => 5
  peer.command({ type: 'subscribe', ref: 1, channel: 'b', since: core.log.inner.cursor(0) })
  await turns(7) // the page is read, its answer under way
  await core.log.inner.append([[{ channel: 'b', data: '4', stored: true }]])
  await core.log.inner.append([[{ channel: 'a', data: '5', stored: true }]])
  await turns(40)
  expect(dataOf(peer, 'b')).toEqual([1, 2, 3, 4])
})

test('[R4] a late subscription that joins while pages of the stream are read loses nothing', async () => {
  const { core, peer } = await openTwo(SMALL_TAIL)
  peer.link.isStalled = true
  await publishNumbers(core, 'a', 1, 50)
  await turns(3)
  core.log.turns = () => 4
  peer.link.isStalled = false
  peer.link.take()
  await turns(3) // the stream reads its page, which has not been answered
  peer.command({ type: 'subscribe', ref: 1, channel: 'b' })
  await turn()
  await core.log.inner.append([[{ channel: 'b', data: '1', stored: true }]])
  await turns(60)
  expect(dataOf(peer, 'a')).toEqual(numbers(1, 50))
  expect(dataOf(peer, 'b')).toEqual([1])
})

test('[W3] [R6] an unsubscribe between a late subscription and its next page ends nothing but it', async () => {
  const { core, peer } = await openTwo(SMALL_TAIL)
  await publishNumbers(core, 'b', 1, 300)
  await turns(5)
  const { replayer } = core.context
  const request = replayer.request.bind(replayer)
  replayer.request = read => {
    request(read)
    peer.command({ type: 'unsubscribe', ref: 2, channel: 'b' })
  }
  peer.command({ type: 'subscribe', ref: 1, channel: 'b', since: core.log.inner.cursor(0) })
  await turns(20)
  await core.publish('a')
  await turns(3)
  expect(core.faults).toEqual([])
  expect(peer.link.of('unsubscribed')).toHaveLength(1)
  expect(dataOf(peer, 'a')).toEqual([0])
})

test('[C2] a late subscription without a cursor starts at the head and goes live at once', async () => {
  const { core, peer } = await openTwo()
  await publishNumbers(core, 'b', 1, 3)
  peer.command({ type: 'subscribe', ref: 'x', channel: 'b' })
  await turns(3)
  await publishNumbers(core, 'b', 4, 5)
  await turns(3)
  const subscribed = peer.link.of('subscribed').at(-1)
  expect(subscribed).toMatchObject({ ref: 'x', channel: 'b', cursor: core.log.inner.cursor(3) })
  expect(subscribed).not.toHaveProperty('recovered')
  expect(dataOf(peer, 'b')).toEqual([4, 5])
})

test('[W3] subscribing again answers with the cursor and replays nothing', async () => {
  const { core, peer } = await openTwo()
  await publishNumbers(core, 'a', 1, 3)
  peer.command({ type: 'subscribe', ref: 7, channel: 'a', since: core.log.inner.cursor(0) })
  await turns(5)
  const cursor = core.log.inner.cursor(3)
  expect(peer.link.of('subscribed').at(-1)).toEqual({ type: 'subscribed', channel: 'a', ref: 7, cursor })
  expect(dataOf(peer, 'a')).toEqual([1, 2, 3])
})

test('[C4] a late subscription without history that the tail overtakes has a gap, then goes live', async () => {
  const { core, peer } = await openTwo(SMALL_TAIL)
  const keeper = core.connect(['u'])
  await keeper.opened
  peer.link.isStalled = true
  await publishNumbers(core, 'a', 1, 1)
  await turns(3)
  peer.command({ type: 'subscribe', ref: 1, channel: 'u' })
  await turns(3)
  await publishNumbers(core, 'u', 1, 50)
  await turns(3)
  peer.link.isStalled = false
  peer.link.take()
  await turns(10)
  await publishNumbers(core, 'u', 51, 51)
  await turns(3)
  expect(peer.link.of('gap')).toMatchObject([{ channel: 'u', reason: 'no_history', oldest: null }])
  expect(peer.link.of('live').at(-1)?.channels).toEqual(['u'])
  expect(dataOf(peer, 'u').at(-1)).toBe(51)
  expect(core.log.reads).toBeLessThan(5)
})
