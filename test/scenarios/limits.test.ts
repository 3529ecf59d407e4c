// Rules S5, H5, N3: what is over a limit is turned away so that it may come back, and never at the cost of others.

import { describe, expect, test } from 'vitest'
import { poll } from '../harness/deadline.ts'
import { range } from '../harness/frame.ts'
import { startGateway } from '../harness/gateway.ts'
import { shared } from '../harness/scope.ts'
import { openSse } from '../harness/sse.ts'
import { transports } from '../harness/transports.ts'
import { openWebSocket } from '../harness/websocket.ts'
import { startApplication } from './hook-application.ts'

describe.each(transports)('limits over $name', ({ name, open }) => {
  test('[S5] one connection too many: goodbye with `reconnect`, never an error status', async t => {
    const gateway = await startGateway(t, { config: { limits: { connections: 3 } } })
    const first = range(1, 3).map(() => open(t, gateway.url, { channels: 'public:a' }))
    for (const subscriber of await Promise.all(first)) await subscriber.next('live')
    const over = await open(t, gateway.url, { channels: 'public:a' })
    const goodbye = await over.next('goodbye')
    expect(goodbye.reconnect).toBe(true)
    expect(['unavailable', 'rate_limited']).toContain(goodbye.code)
    const end = await over.ended
    if (name === 'WebSocket') expect([4503, 4429]).toContain(end.closeCode)
    else expect(end.status).toBe(200)
    const [leaving, staying] = await Promise.all(first)
    leaving!.cut()
    await leaving!.ended
    await gateway.publish('public:a', 1)
    await staying!.next('message')
    const welcomeAgain = async () => {
      const again = await open(t, gateway.url, { channels: 'public:a' })
      const told = await again.next(frame => frame.type === 'live' || frame.type === 'goodbye')
      return told.type === 'live' ? true : null
    }
    await poll(welcomeAgain, 'the place that was left to be free')
  })
})

const gateway = shared(scope =>
  startGateway(scope, {
    config: {
      channels: [
        { match: 'tiny:*', subscribe: 'anyone', publish: 'user', history: false, maxMessageBytes: 10 },
        { match: 'chat:*', subscribe: 'anyone', publish: 'subscribers', history: false },
        { match: '*', subscribe: 'user', publish: 'user', history: { messages: 10, age: '1h' } },
      ],
    },
  }),
)

test('[N3] the first rule that matches decides the size of a message', async () => {
  const status = async (channel: string, data: string) =>
    (await gateway().api('POST', '/api/publish', { body: { channel, data } })).status
  expect(await status('tiny:a', '12345678')).toBe(200)
  expect(await status('tiny:a', '123456789')).toBe(413)
  expect(await status('other', '123456789')).toBe(200)
})

test('[N3] `subscribe: user` is for users, `publish: subscribers` for those who have the channel', async t => {
  const stranger = await openSse(t, gateway().url, { channels: 'anything' })
  expect(stranger.status).toBe(401)
  const user = await openWebSocket(t, gateway().url, {
    token: gateway().jwt({ sub: 'ann' }),
    channels: 'anything',
  })
  await user.next('live')
  const outside = await user.ask({ type: 'publish', channel: 'chat:1', data: 1 })
  expect(outside).toMatchObject({ type: 'failure', code: 'forbidden' })
  expect(outside.message).toContain('chat:*')
  await user.ask({ type: 'subscribe', channel: 'chat:1' })
  expect(await user.ask({ type: 'publish', channel: 'chat:1', data: 1 })).toMatchObject({ type: 'published' })
  const anonymous = await openWebSocket(t, gateway().url, { channels: 'chat:1' })
  await anonymous.next('live')
  expect(await anonymous.ask({ type: 'publish', channel: 'chat:1', data: 2 })).toMatchObject({
    type: 'published',
  })
})

test('[S5] an address holds no more than its limit, also when all came while the application was asked', async t => {
  const arrived = new Set<string>()
  const { promise: allAsked, resolve } = Promise.withResolvers<void>()
  const { gateway, visitor } = await startApplication(
    t,
    {},
    { trustProxy: true, limits: { connectionsPerAddress: 2 } },
  )
  const visitors = range(1, 6).map(() =>
    visitor(
      async ({ headers }) => {
        if (arrived.add(headers.cookie!).size === 6) resolve()
        await allAsked
        return { body: {} }
      },
      { 'X-Forwarded-For': '192.0.2.7' },
    ),
  )
  const told = visitors.map(async ({ headers }, index) => {
    const open = transports[index % 2]!.open
    const subscriber = await open(t, gateway.url, { channels: 'public:a', headers })
    return subscriber.next(frame => frame.type === 'welcome' || frame.type === 'goodbye')
  })
  const codes = (await Promise.all(told)).map(frame => frame.code ?? 'welcome')
  expect(codes.sort()).toEqual([...Array(4).fill('rate_limited'), 'welcome', 'welcome'])
})
