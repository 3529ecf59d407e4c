// The publisher: one commit a turn, its bounds, and what happens when the log fails. Over a log in memory, no sockets.

import { expect, test, vi } from 'vitest'
import type { Entry } from '../../gateway/core/log.ts'
import type { Publication } from '../../gateway/core/publication.ts'
import { Core } from '../core/core.ts'
import { turns } from '../core/late-log.ts'

const KIB = 1024

/** A core whose commits are only written down: the messages of each group. */
function watchCommits(): { core: Core; commits: number[][] } {
  const core = new Core()
  const commits: number[][] = []
  let seq = 0
  core.log.inner.append = async (groups: readonly (readonly Entry[])[]) => {
    commits.push(groups.map(group => group.length))
    return groups.map(group => ({ ok: true, entries: group.map(() => ({ seq: ++seq, duplicate: false })) }))
  }
  return { core, commits }
}

const group = (count: number, channel = 'a', bytes = 0): Publication[] =>
  Array.from({ length: count }, (_, index) => ({ channel, data: `"${index}${'.'.repeat(bytes)}"` }))

test('[H1] what is published in one turn is one commit, in the order of the calls', async () => {
  const { core, commits } = watchCommits()
  const { publisher } = core.context
  const outcomes = await Promise.all(
    Array.from({ length: 50 }, (_, index) => publisher.publish([{ channel: 'a', data: String(index) }])),
  )
  expect(commits).toEqual([Array.from({ length: 50 }, () => 1)])
  const ids = outcomes.map(outcome => ('code' in outcome ? outcome : outcome[0]))
  expect(ids).toEqual(
    ids.map((_, index) => ({
      id: core.log.inner.cursor(index + 1),
      channel: 'a',
      subscribers: 0,
      duplicate: false,
    })),
  )
})

test('[H1] a commit takes 1,000 messages at most and never part of a group', async () => {
  const { core, commits } = watchCommits()
  const { publisher } = core.context
  const sizes = [400, 400, 400, 1000, 1, 999, 1, 1500, 2]
  await Promise.all(sizes.map(size => publisher.publish(group(size))))
  expect(commits).toEqual([[400, 400], [400], [1000], [1, 999], [1], [1500], [2]])
})

test('[H1] a commit takes 1 MiB at most, unless one group alone is larger', async () => {
  const { core, commits } = watchCommits()
  const { publisher } = core.context
  const sizes = [400, 400, 400, 2000, 10].map(kib => group(kib / 10, 'a', 10 * KIB - 10))
  await Promise.all(sizes.map(each => publisher.publish(each)))
  expect(commits).toEqual([[40, 40], [40], [200], [1]])
})

test('[H1] deliveries under way come before the next commit, which takes what is published meanwhile', async t => {
  const { core, commits } = watchCommits()
  const { publisher, hub } = core.context
  let isDelivering = true
  Object.defineProperty(hub, 'isDelivering', { get: () => isDelivering })
  const now = vi.spyOn(performance, 'now').mockReturnValue(0)
  t.onTestFinished(() => now.mockRestore())
  const first = publisher.publish(group(1))
  await turns(5)
  const second = publisher.publish(group(2))
  await turns(5)
  expect(commits).toEqual([])
  isDelivering = false
  await Promise.all([first, second])
  expect(commits).toEqual([[1, 2]])
})

test('[H1] deliveries that take long are not waited for longer than 25 ms', async t => {
  const { core, commits } = watchCommits()
  const { publisher, hub } = core.context
  Object.defineProperty(hub, 'isDelivering', { get: () => true })
  const now = vi.spyOn(performance, 'now').mockReturnValue(0)
  t.onTestFinished(() => now.mockRestore())
  const published = publisher.publish(group(1))
  now.mockReturnValue(24)
  await turns(5)
  expect(commits).toEqual([])
  now.mockReturnValue(25)
  expect(await published).toHaveLength(1)
})

test('only news count as deliveries under way: answers and replays make no commit wait', async () => {
  const core = new Core()
  const { publisher, hub } = core.context
  for (const channel of ['a', 'b']) core.connect([channel])
  await turns(4)
  hub.schedule({ takeTurn: () => {} })
  expect(hub.isDelivering).toBe(false)
  const published = publisher.publish([...group(1, 'a'), ...group(1, 'b')])
  const seen: boolean[] = []
  core.log.follow({ appended: () => seen.push(hub.isDelivering), removed: () => {} })
  await published
  expect(seen).toEqual([true])
  await turns(2)
  expect(hub.isDelivering).toBe(false)
})

test('[H1] beyond 16 MiB that wait, publishers are told to come back, and later it works again', async () => {
  const { core, commits } = watchCommits()
  const { publisher } = core.context
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, () => publisher.publish(group(16, 'a', 60 * KIB))),
  )
  const refused = outcomes.filter(outcome => 'code' in outcome)
  expect(refused).toHaveLength(3)
  expect(outcomes.slice(0, 17).every(Array.isArray)).toBe(true)
  for (const refusal of refused) expect(refusal).toMatchObject({ code: 'unavailable' })
  expect(commits.flat()).toEqual(Array.from({ length: 17 }, () => 16))
  expect(await publisher.publish(group(1))).toHaveLength(1)
})

test('[H1] while the log fails nothing is stored or delivered, and it works again by itself', async () => {
  const core = new Core()
  const peer = core.connect(['a'])
  await turns(3)
  core.log.inner.failure = new Error('no space left on device')
  const { publisher } = core.context
  const outcomes = await Promise.all([publisher.publish(group(3)), publisher.publish(group(1))])
  for (const outcome of outcomes) expect(outcome).toMatchObject({ code: 'unavailable' })
  await turns(3)
  expect(peer.link.of('message')).toEqual([])
  expect(core.context.counters.published).toBe(0)
  core.log.inner.failure = null
  expect(await publisher.publish(group(1))).toMatchObject([{ id: core.log.inner.cursor(1) }])
  await turns(3)
  expect(peer.link.of('message')).toHaveLength(1)
})

test('[C4] channels without history keep flowing while the log fails', async () => {
  const core = new Core()
  const peer = core.connect(['u', 'a'])
  await turns(3)
  core.log.inner.failure = new Error('no space left on device')
  const { publisher } = core.context
  const [stored, unstored, mixed] = await Promise.all([
    publisher.publish(group(1, 'a')),
    publisher.publish(group(2, 'u')),
    publisher.publish([...group(1, 'u'), ...group(1, 'a')]),
  ])
  await turns(3)
  expect(stored).toMatchObject({ code: 'unavailable' })
  expect(mixed).toMatchObject({ code: 'unavailable' })
  const result = { id: undefined, channel: 'u', subscribers: 1, duplicate: false }
  expect(unstored).toEqual([result, result])
  expect(peer.link.of('message').map(({ channel, id }) => [channel, id])).toEqual([
    ['u', undefined],
    ['u', undefined],
  ])
})

test('[H2] a key delivers once, stored or not, within a group and across groups', async () => {
  const core = new Core()
  const peer = core.connect(['u', 'a'])
  await turns(3)
  const keyed = (channel: string, scope = 'key'): Publication => ({
    channel,
    data: '1',
    idempotency: { scope, key: 'k' },
  })
  const { publisher } = core.context
  const all = [keyed('a'), keyed('a'), keyed('u'), keyed('u'), keyed('a', 'user:eve')]
  const first = await publisher.publish(all)
  const again = await publisher.publish(all)
  const idOf = (seq: number) => core.log.inner.cursor(seq)
  expect(first).toMatchObject([
    { id: idOf(1), duplicate: false },
    { id: idOf(1), duplicate: true },
    { id: undefined, duplicate: false },
    { id: undefined, duplicate: true },
    { id: idOf(2), duplicate: false },
  ])
  expect(again).toMatchObject(Array.from({ length: 5 }, () => ({ duplicate: true })))
  await turns(3)
  expect(
    peer.link
      .of('message')
      .map(({ channel }) => channel)
      .sort(),
  ).toEqual(['a', 'a', 'u'])
  expect(core.context.counters.published).toBe(3)
})

test('[H3] an invalid publication fails alone, in its place', async () => {
  const core = new Core()
  const outcome = await core.context.publisher.publish([
    ...group(1),
    { channel: 'no spaces', data: '1' },
    { channel: '$stats', data: '1' },
    { channel: 'a', data: `"${'é'.repeat(32 * KIB)}"` },
    ...group(1),
  ])
  expect(outcome).toMatchObject([
    { id: core.log.inner.cursor(1) },
    { code: 'bad_request' },
    { code: 'forbidden' },
    { code: 'too_large' },
    { id: core.log.inner.cursor(2) },
  ])
})

test('[H5] subscribers counts the live subscriptions at commit', async () => {
  const core = new Core()
  core.connect(['a'])
  const leaving = core.connect(['a', 'b'])
  await turns(3)
  const before = await core.context.publisher.publish(group(1))
  leaving.link.die()
  const after = await core.context.publisher.publish([...group(1), ...group(1, 'b')])
  expect(before).toMatchObject([{ subscribers: 2 }])
  expect(after).toMatchObject([{ subscribers: 1 }, { subscribers: 0 }])
})

test('[H1] the message is on its way to subscribers when its publisher is answered', async () => {
  const core = new Core()
  const peer = core.connect(['a'])
  await turns(3)
  await core.publish('a')
  await turns(1)
  expect(peer.link.of('message')).toHaveLength(1)
})

test('[R6] a group that cannot be written is a fault that is told, and the others are committed', async () => {
  const core = new Core()
  const append = core.log.inner.append.bind(core.log.inner)
  core.log.inner.append = async groups => {
    const [first, ...others] = groups
    expect(first).toHaveLength(1)
    return [{ ok: false, error: new Error('a poisoned row') }, ...(await append(others))]
  }
  const { publisher } = core.context
  const outcomes = await Promise.all([publisher.publish(group(1)), publisher.publish(group(2))])
  expect(outcomes).toMatchObject([{ code: 'unavailable' }, [{ duplicate: false }, { duplicate: false }]])
  expect(core.faults).toMatchObject([{ message: 'a poisoned row' }])
})
