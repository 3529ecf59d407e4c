// Rule R4: passing from replay to live neither loses nor repeats, whatever is published meanwhile.

import { describe, expect, test } from 'vitest'
import { dataOf, messagesOf, range, seqOf } from '../harness/frame.ts'
import { startGateway } from '../harness/gateway.ts'
import { shared } from '../harness/scope.ts'
import { seededRandom } from '../harness/seed.ts'
import type { Subscriber } from '../harness/subscriber.ts'
import { publishNumbers } from '../harness/traffic.ts'
import { transports } from '../harness/transports.ts'

const gateway = shared(scope => startGateway(scope))

const PER_CHANNEL = 700
const SUBSCRIBERS = 25

/** Publishes 1…350, seven in a request; joins when `moment` of them are acknowledged, without waiting for it. */
async function publishBatches(
  channel: string,
  moment: number,
  join: () => Promise<Subscriber>,
): Promise<Subscriber> {
  let subscriber: Promise<Subscriber> | null = null
  for (const batch of range(0, 49)) {
    if (batch * 7 >= moment) subscriber ??= join()
    const body = range(batch * 7 + 1, batch * 7 + 7).map(data => ({ channel, data }))
    expect((await gateway().api('POST', '/api/publish', { body })).status).toBe(200)
  }
  return subscriber ?? join()
}

describe.each(transports)('replay to live over $name', ({ name, open }) => {
  test('[R4] subscribers that join at random moments of 2,100 publishes get each message once, in order', async t => {
    const random = seededRandom()
    const channels = ['a', 'b', 'c'].map(letter => `public:${name}-${letter}`)
    const start = await gateway().publish(channels[0]!, 0)
    const total = PER_CHANNEL * channels.length
    const traffic = publishNumbers(() => gateway().url, channels, PER_CHANNEL)
    const moments = range(1, SUBSCRIBERS).map(() => Math.floor(random() * total * 0.95))
    const subscribers = []
    for (const moment of moments.sort((a, b) => a - b)) {
      await traffic.reached(moment)
      subscribers.push(await open(t, gateway().url, { channels, since: start }))
    }
    await traffic.done
    const head = Math.max(...traffic.acknowledged.map(({ id }) => seqOf(id)))
    for (const subscriber of subscribers) {
      await subscriber.next(frame => frame.type === 'message' && seqOf(frame.id) === head)
      const seqs = messagesOf(subscriber.frames).map(frame => seqOf(frame.id))
      expect(seqs).toEqual(traffic.acknowledged.map(({ id }) => seqOf(id)).sort((a, b) => a - b))
      for (const channel of channels) {
        expect(dataOf(subscriber.frames, channel)).toEqual(range(1, PER_CHANNEL))
      }
      expect(subscriber.frames.filter(frame => frame.type === 'gap')).toEqual([])
    }
  })

  test('[R4] the first subscriber of a channel, joining at a random moment of its 350 publishes', async t => {
    // Alone on its channel, it is served from disk first, and passes to memory while more is committed.
    const random = seededRandom()
    const start = await gateway().publish('public:start', 0)
    const subscribers = range(1, 8).map(async number => {
      const channel = `public:${name}-alone-${number}`
      const subscriber = await publishBatches(channel, random() * 350, () =>
        open(t, gateway().url, { channels: channel, since: start }),
      )
      await subscriber.next({ data: 350 })
      return subscriber
    })
    for (const subscriber of await Promise.all(subscribers)) {
      expect(dataOf(subscriber.frames)).toEqual(range(1, 350))
      expect(subscriber.frames.filter(frame => frame.type === 'gap')).toEqual([])
    }
  })

  test('[R4] a subscriber that is cut again and again while 900 messages flow misses and repeats none', async t => {
    const random = seededRandom()
    const channel = `public:${name}-cut`
    let subscriber = await open(t, gateway().url, { channels: channel })
    await subscriber.next('live')
    const traffic = publishNumbers(() => gateway().url, [channel], 900)
    const received: unknown[] = []
    for (let cuts = 0; cuts < 20; cuts++) {
      await traffic.reached(Math.min(890, Math.floor((cuts + random()) * 45)))
      subscriber.cut()
      await subscriber.ended
      received.push(...dataOf(subscriber.frames))
      subscriber = await subscriber.resume()
    }
    await traffic.done
    await subscriber.next({ data: 900 })
    expect([...received, ...dataOf(subscriber.frames)]).toEqual(range(1, 900))
  })
})
