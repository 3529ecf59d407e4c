// Rule C4: channels without history flow live, have no ids, and are never replayed. Knows the protocol only.

import { describe, expect, test } from 'vitest'
import { dataOf, messagesOf, range } from '../harness/frame.ts'
import { startGateway } from '../harness/gateway.ts'
import { freshChannel } from '../harness/names.ts'
import { shared } from '../harness/scope.ts'
import { transports } from '../harness/transports.ts'

const gateway = shared(scope =>
  startGateway(scope, {
    config: {
      channels: [
        { match: 'live:*', subscribe: 'anyone', publish: 'nobody', history: false },
        { match: '*', subscribe: 'anyone', publish: 'nobody', history: { messages: 1000, age: '1h' } },
      ],
    },
  }),
)

describe.each(transports)('no history over $name', ({ open }) => {
  test('[C4] messages have no id and are not kept', async t => {
    const channel = freshChannel('live:')
    const subscriber = await open(t, gateway().url, { channels: channel })
    await subscriber.next('live')
    const published = await gateway().api('POST', '/api/publish', { body: { channel, data: 1 } })
    expect(published.json).toMatchObject({ channel, subscribers: 1 })
    expect(published.json).not.toHaveProperty('id')
    const message = await subscriber.next('message')
    expect(message).toMatchObject({ channel, data: 1, time: expect.any(Number) })
    expect(message).not.toHaveProperty('id')
    const history = await gateway().api('GET', `/api/channels/${encodeURIComponent(channel)}/messages`)
    expect(history.json.messages).toEqual([])
  })

  test('[C4] a resume with a cursor gets `no_history`, then goes on live', async t => {
    const [channel, stored] = [freshChannel('live:'), freshChannel()]
    const since = await gateway().publish(stored, 1)
    await gateway().publish(channel, 'lost')
    const subscriber = await open(t, gateway().url, { channels: channel, since })
    await subscriber.next('live')
    expect(subscriber.frames.map(frame => frame.type)).toEqual(['welcome', 'subscribed', 'gap', 'live'])
    expect(subscriber.frames[1]).toMatchObject({ recovered: false })
    expect(subscriber.frames[2]).toMatchObject({ reason: 'no_history', requested: since, oldest: null })
    await gateway().publish(channel, 'kept')
    await subscriber.next('message')
    expect(dataOf(subscriber.frames)).toEqual(['kept'])
  })

  test('[C4] on one connection with a stored channel, both arrive and only the stored one resumes', async t => {
    const [channel, stored] = [freshChannel('live:'), freshChannel()]
    const first = await open(t, gateway().url, { channels: [channel, stored] })
    await first.next('live')
    for (const number of range(1, 20)) {
      await gateway().publish(number % 2 ? channel : stored, number)
    }
    await first.next({ data: 20 })
    expect(dataOf(first.frames, channel)).toEqual(range(0, 9).map(n => 2 * n + 1))
    expect(dataOf(first.frames, stored)).toEqual(range(1, 10).map(n => 2 * n))
    await gateway().publish(channel, 21)
    await first.next({ data: 21 })
    first.cut()
    await gateway().publish(channel, 22)
    const id = await gateway().publish(stored, 23)
    const second = await first.resume()
    await second.next('live')
    expect(second.frames.filter(frame => frame.type === 'gap')).toMatchObject([
      { channel, reason: 'no_history' },
    ])
    expect(messagesOf(second.frames).map(frame => frame.id)).toEqual([id])
  })

  test('[C4] `history` replays nothing of it and claims no gap', async t => {
    const channel = freshChannel('live:')
    await gateway().publish(channel, 1)
    const subscriber = await open(t, gateway().url, { channels: channel, history: 10 })
    await subscriber.next('live')
    expect(subscriber.frames.map(frame => frame.type)).toEqual(['welcome', 'subscribed', 'live'])
  })
})
