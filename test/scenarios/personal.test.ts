// Rule N2: personal channels, the gateway's own, and channels that everyone is given. Knows the protocol only.

import { describe, expect, test } from 'vitest'
import { dataOf } from '../harness/frame.ts'
import { startGateway } from '../harness/gateway.ts'
import { freshChannel } from '../harness/names.ts'
import { shared } from '../harness/scope.ts'
import { transports } from '../harness/transports.ts'

const gateway = shared(scope => startGateway(scope, { config: { everyone: ['public:notices'] } }))

describe.each(transports)('personal channels over $name', ({ open }) => {
  test('[N2] a user receives what is published to the user, on every connection, without asking', async t => {
    const token = gateway().jwt({ sub: 'ann', subscribe: [] })
    const first = await open(t, gateway().url, { token })
    const second = await open(t, gateway().url, { token, channels: freshChannel() })
    const other = await open(t, gateway().url, { token: gateway().jwt({ sub: 'bob' }) })
    for (const subscriber of [first, second, other]) await subscriber.next('live')
    expect(first.frames[0]).toMatchObject({ type: 'welcome', user: 'ann' })
    const published = await gateway().api('POST', '/api/publish', { body: { user: 'ann', data: 'for ann' } })
    expect(published.json).toMatchObject({ channel: '@ann', subscribers: 2 })
    for (const subscriber of [first, second]) {
      expect(await subscriber.next('message')).toMatchObject({ channel: '@ann', data: 'for ann' })
    }
    await gateway().publish('public:notices', 'to all')
    await other.next({ data: 'to all' })
    expect(dataOf(other.frames, '@ann')).toEqual([])
  })

  test('[N2] a personal channel is replayed like any other', async t => {
    const token = gateway().jwt({ sub: 'carol' })
    const first = await open(t, gateway().url, { token })
    await first.next('live')
    first.cut()
    await gateway().publish('@carol', 1)
    const second = await first.resume()
    expect(await second.next('message')).toMatchObject({ channel: '@carol', data: 1 })
  })

  test('[N2] a user name outside N1 is percent-encoded in its channel', async t => {
    const token = gateway().jwt({ sub: 'élan vital' })
    const subscriber = await open(t, gateway().url, { token })
    await subscriber.next('live')
    const published = await gateway().api('POST', '/api/publish', { body: { user: 'élan vital', data: 1 } })
    expect(published.json.channel).toBe('@%C3%A9lan%20vital')
    expect(await subscriber.next('message')).toMatchObject({ channel: '@%C3%A9lan%20vital' })
  })

  test.for(['@bob', '$stats', '$events'])('[N2] a token for `*` does not open %s', async (channel, t) => {
    const token = gateway().jwt({ sub: 'eve', subscribe: ['*'], publish: ['*'] })
    const subscriber = await open(t, gateway().url, { token, channels: [channel, 'public:x'] })
    expect(await subscriber.next('failure')).toMatchObject({ code: 'forbidden', channel })
    await subscriber.next('live')
    expect(subscriber.frames.some(frame => frame.type === 'subscribed' && frame.channel === channel)).toBe(
      false,
    )
  })

  test('[N2] everyone is given the configured channels, anonymous or not', async t => {
    const anonymous = await open(t, gateway().url, { channels: freshChannel() })
    const user = await open(t, gateway().url, { token: gateway().jwt({ sub: 'dan' }) })
    for (const subscriber of [anonymous, user]) {
      const live = await subscriber.next('live')
      expect(live.channels).toContain('public:notices')
    }
    await gateway().publish('public:notices', 'maintenance at noon')
    for (const subscriber of [anonymous, user]) {
      expect(await subscriber.next('message')).toMatchObject({ data: 'maintenance at noon' })
    }
  })
})

test('[N2] an API key publishes to `@…` but never to `$…`', async () => {
  expect(await gateway().publish('@zoe', 1)).toMatch(/-\d+$/)
  const own = await gateway().api('POST', '/api/publish', { body: { channel: '$stats', data: 1 } })
  expect([400, 403]).toContain(own.status)
})
