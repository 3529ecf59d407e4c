// Rule R2 at every possible point: a stream is cut after each of its frames and must go on as if it had not been.

import { describe, expect, test } from 'vitest'
import { dataOf, range } from '../harness/frame.ts'
import { startGateway } from '../harness/gateway.ts'
import { freshChannel } from '../harness/names.ts'
import { shared } from '../harness/scope.ts'
import { transports } from '../harness/transports.ts'

const gateway = shared(scope => startGateway(scope))

describe.each(transports)('resume over $name', ({ open }) => {
  test('[R2] a stream with a cursor goes on after any of its frames', async t => {
    const channels = [freshChannel(), freshChannel(), freshChannel()]
    const start = await gateway().publish(channels[0]!, 0)
    for (const number of range(1, 6)) await gateway().publish(channels[number % 3]!, number)
    const first = await open(t, gateway().url, { channels, since: start })
    await first.next('live')
    for (const number of range(7, 12)) await gateway().publish(channels[number % 3]!, number)
    await first.next({ data: 12 })

    for (const count of range(0, first.frames.length)) {
      const received = dataOf(first.frames.slice(0, count))
      const since = first.lastIdAfter(count)
      expect(since).not.toBeNull()
      const second = await open(t, gateway().url, { channels, since: since! })
      await second.next('live')
      second.cut()
      expect([...received, ...dataOf(second.frames)], `cut after ${count} frames`).toEqual(range(1, 12))
      const subscribed = second.frames.filter(frame => frame.type === 'subscribed')
      expect(subscribed.map(frame => frame.recovered)).toEqual([true, true, true])
      expect(second.frames.some(frame => frame.type === 'gap')).toBe(false)
    }
  })

  test('[R2] a first connection with history goes on after any of its frames', async t => {
    const channel = freshChannel()
    for (const number of range(1, 8)) await gateway().publish(channel, number)
    const options = { channels: channel, history: 4 }
    const first = await open(t, gateway().url, options)
    await first.next('live')
    await gateway().publish(channel, 9)
    await first.next({ data: 9 })

    for (const count of range(0, first.frames.length)) {
      const received = dataOf(first.frames.slice(0, count))
      const since = first.lastIdAfter(count)
      // Cut before it was given any place, a client begins anew.
      const resumed = since === null ? options : { ...options, since }
      const second = await open(t, gateway().url, resumed)
      await second.next('live')
      second.cut()
      const from = since === null ? 6 : 5
      expect([...received, ...dataOf(second.frames)], `cut after ${count} frames`).toEqual(range(from, 9))
    }
  })

  test('[R2] what was published while nobody was connected follows, before live', async t => {
    const channel = freshChannel()
    const first = await open(t, gateway().url, { channels: channel })
    await first.next('live')
    await gateway().publish(channel, 1)
    await first.next({ data: 1 })
    first.cut()
    for (const number of range(2, 300)) await gateway().publish(channel, number)
    const second = await first.resume()
    await second.next('live')
    expect(dataOf(second.frames)).toEqual(range(2, 300))
    await gateway().publish(channel, 301)
    await second.next({ data: 301 })
    expect(dataOf(second.frames)).toEqual(range(2, 301))
  })

  test('[C1] a resume after kill -9 and restart has no gap', async t => {
    const gateway = await startGateway(t)
    const first = await open(t, gateway.url, { channels: 'public:a' })
    await first.next('live')
    await gateway.publish('public:a', 1)
    await first.next({ data: 1 })
    await gateway.publish('public:a', 2)
    await gateway.kill('SIGKILL')
    await first.ended
    await gateway.restart()
    await gateway.publish('public:a', 3)
    const second = await first.resume()
    await second.next('live')
    expect([...dataOf(first.frames), ...dataOf(second.frames)]).toEqual([1, 2, 3])
    expect(second.frames.some(frame => frame.type === 'gap')).toBe(false)
  })
})
