// Rules N4, R2: what retention took is a gap, with its reason and the oldest message kept. Knows the protocol only.

import { describe, expect, test } from 'vitest'
import { poll } from '../harness/deadline.ts'
import { dataOf, messagesOf, range } from '../harness/frame.ts'
import { type Gateway, startGateway } from '../harness/gateway.ts'
import { freshChannel } from '../harness/names.ts'
import { shared } from '../harness/scope.ts'
import type { Subscriber } from '../harness/subscriber.ts'
import { transports } from '../harness/transports.ts'

const rule = (match: string, history: object) => ({ match, subscribe: 'anyone', publish: 'nobody', history })

const gateway = shared(scope =>
  startGateway(scope, {
    config: {
      channels: [
        rule('few:*', { messages: 10, age: '1h' }),
        rule('small:*', { messages: 1000, age: '1h', bytes: '20KiB' }),
        rule('*', { messages: 1000, age: '1h' }),
      ],
    },
  }),
)

const pathOf = (channel: string) => `/api/channels/${encodeURIComponent(channel)}/messages`

async function stored(at: Gateway, channel: string): Promise<number> {
  const answer = await at.api('GET', `${pathOf(channel)}?limit=1000`)
  return answer.json.messages!.length
}

/** The gap stands after `subscribed` and before all that is left, which follows to the end. */
function expectGap(subscriber: Subscriber, reason: string, requested: string, numbers: number[]): void {
  const types = subscriber.frames.map(frame => frame.type)
  const left = numbers.map(() => 'message')
  expect(types).toEqual(['welcome', 'subscribed', 'gap', ...left, 'live'])
  const [, subscribed, gap] = subscriber.frames
  expect(subscribed).toMatchObject({ recovered: false })
  expect(gap).toMatchObject({ reason, requested })
  expect(dataOf(subscriber.frames)).toEqual(numbers)
  expect(gap!.oldest).toBe(messagesOf(subscriber.frames)[0]?.id ?? null)
}

describe.each(transports)('gaps over $name', ({ open }) => {
  test('[N4] count: an older cursor gets `expired`, then everything that is left', async t => {
    const channel = freshChannel('few:')
    const start = await gateway().publish(channel, 1)
    for (const number of range(2, 55)) {
      await gateway().publish(channel, number)
      if (number % 7 === 0) expect(await stored(gateway(), channel)).toBeLessThanOrEqual(20)
    }
    const subscriber = await open(t, gateway().url, { channels: channel, since: start })
    await subscriber.next('live')
    const kept = dataOf(subscriber.frames).length
    expect(kept).toBeGreaterThanOrEqual(10)
    expect(kept).toBeLessThanOrEqual(20)
    expectGap(subscriber, 'expired', start, range(56 - kept, 55))
  })

  test('[N4] bytes: a channel over its size loses its oldest, and says so', async t => {
    const channel = freshChannel('small:')
    const start = await gateway().publish(channel, { number: 1 })
    const pad = 'x'.repeat(1000)
    for (const number of range(2, 100)) await gateway().publish(channel, { number, pad })
    const trimmed = async () => ((await stored(gateway(), channel)) <= 50 ? true : null)
    await poll(trimmed, 'the channel to be trimmed to about its bytes')
    const subscriber = await open(t, gateway().url, { channels: channel, since: start })
    const gap = await subscriber.next('gap')
    expect(gap).toMatchObject({ reason: 'expired', requested: start })
    await subscriber.next('live')
    const numbers = messagesOf(subscriber.frames).map(frame => (frame.data as { number: number }).number)
    expect(numbers.length).toBeGreaterThan(0)
    expect(numbers).toEqual(range(101 - numbers.length, 100))
  })

  test('[N4] purge: an older cursor gets `expired` with nothing left, later messages follow', async t => {
    const channel = freshChannel()
    const start = await gateway().publish(channel, 1)
    const last = await gateway().publish(channel, 2)
    expect((await gateway().api('DELETE', pathOf(channel))).status).toBe(204)
    const subscriber = await open(t, gateway().url, { channels: channel, since: start })
    await subscriber.next('live')
    expectGap(subscriber, 'expired', start, [])
    await gateway().publish(channel, 3)
    await subscriber.next({ data: 3 })
    // Nothing after the newest purged message was lost.
    const current = await open(t, gateway().url, { channels: channel, since: last })
    await current.next('live')
    expect(dataOf(current.frames)).toEqual([3])
    expect(current.frames.some(frame => frame.type === 'gap')).toBe(false)
  })

  test('[R2] a gap in one channel does not touch the other', async t => {
    const [few, whole] = [freshChannel('few:'), freshChannel()]
    const start = await gateway().publish(whole, 0)
    for (const number of range(1, 40)) {
      await gateway().publish(few, number)
      await gateway().publish(whole, number)
    }
    const subscriber = await open(t, gateway().url, { channels: [few, whole], since: start })
    await subscriber.next('live')
    const gaps = subscriber.frames.filter(frame => frame.type === 'gap')
    expect(gaps.map(frame => frame.channel)).toEqual([few])
    expect(dataOf(subscriber.frames, whole)).toEqual(range(1, 40))
    const recovered = subscriber.frames.filter(frame => frame.type === 'subscribed')
    expect(recovered.map(frame => frame.recovered)).toEqual([false, true])
  })

  test('[N4] an emptied channel still knows its gap after a restart', async t => {
    const gateway = await startGateway(t)
    const start = await gateway.publish('public:a', 1)
    await gateway.publish('public:a', 2)
    expect((await gateway.api('DELETE', pathOf('public:a'))).status).toBe(204)
    await gateway.kill('SIGKILL')
    await gateway.restart()
    const subscriber = await open(t, gateway.url, { channels: 'public:a', since: start })
    await subscriber.next('live')
    expectGap(subscriber, 'expired', start, [])
  })
})

test('[N4] a log over its total size loses its oldest messages first', async t => {
  const gateway = await startGateway(t, { config: { log: { maxBytes: '1MiB' } } })
  const pad = 'x'.repeat(20_000)
  const start = await gateway.publish('public:old', { number: 0, pad })
  await gateway.publish('public:old', { number: 0, pad })
  for (const number of range(1, 100)) await gateway.publish(`public:${number % 4}`, { number, pad })
  const oldGone = async () => ((await stored(gateway, 'public:old')) === 0 ? true : null)
  await poll(oldGone, 'the oldest message to go')
  for (const transport of transports) {
    const subscriber = await transport.open(t, gateway.url, { channels: 'public:old', since: start })
    await subscriber.next('live')
    expectGap(subscriber, 'expired', start, [])
  }
  expect(await stored(gateway, 'public:3')).toBeGreaterThan(0)
})

test('[N4] age: a message past its age is gone within 60 s, and that is a gap', async t => {
  const gateway = await startGateway(t, {
    config: { channels: [rule('*', { messages: 1000, age: '1s' })] },
  })
  const start = await gateway.publish('public:a', 1)
  await gateway.publish('public:a', 2)
  const gone = async () => ((await stored(gateway, 'public:a')) === 0 ? true : null)
  await poll(gone, 'the messages to pass their age', 61_000 + 5000)
  for (const transport of transports) {
    const subscriber = await transport.open(t, gateway.url, { channels: 'public:a', since: start })
    await subscriber.next('live')
    expectGap(subscriber, 'expired', start, [])
  }
})
