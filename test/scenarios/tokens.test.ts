// Rules W3, W4, §8: what a token that ends, or is replaced, does to a connection that is already open.

import { describe, expect, test } from 'vitest'
import { dataOf } from '../harness/frame.ts'
import { JWT_SECRET, startGateway } from '../harness/gateway.ts'
import { freshChannel } from '../harness/names.ts'
import { shared } from '../harness/scope.ts'
import { signToken } from '../harness/token.ts'
import { transports } from '../harness/transports.ts'
import { openWebSocket } from '../harness/websocket.ts'

const gateway = shared(scope => startGateway(scope))

/** Time enough to connect with a token before it ends; those who wait for its end do so together. */
const SHORT_SECONDS = 4

const inSeconds = (seconds: number) => Date.now() / 1000 + seconds

describe.concurrent.each(transports)('expiry over $name', ({ name, open }) => {
  test('[W4] `expiring` at once for a short token, then goodbye `unauthorized` and the end', async t => {
    const exp = inSeconds(SHORT_SECONDS)
    const token = gateway().jwt({ sub: 'ann', exp })
    const subscriber = await open(t, gateway().url, { token, channels: freshChannel() })
    const expiring = await subscriber.next('expiring')
    expect(Date.now()).toBeLessThan(exp * 1000 - 100)
    expect(Math.abs(expiring.at! - exp * 1000)).toBeLessThanOrEqual(1)
    const goodbye = await subscriber.next('goodbye')
    expect(goodbye).toMatchObject({ code: 'unauthorized', reconnect: false })
    expect(Date.now()).toBeGreaterThanOrEqual(exp * 1000 - 5)
    const end = await subscriber.ended
    if (name === 'WebSocket') expect(end.closeCode).toBe(4401)
  })

  test('[W4] a token that ends in an hour says nothing of it yet', async t => {
    const subscriber = await open(t, gateway().url, { token: gateway().jwt({ sub: 'ann' }) })
    await subscriber.next('live')
    expect(subscriber.frames.some(frame => frame.type === 'expiring')).toBe(false)
  })
})

test.concurrent('[W3] `auth` replaces the grants without reconnecting, and the connection outlives the old token', async t => {
  const exp = inSeconds(SHORT_SECONDS)
  const token = gateway().jwt({ sub: 'ann', exp, subscribe: ['old:*'] })
  const socket = await openWebSocket(t, gateway().url, { token, channels: ['old:1', 'public:1'] })
  await socket.next('live')
  const expires = Math.floor(inSeconds(3600))
  const fresh = gateway().jwt({ sub: 'ann', exp: expires, subscribe: ['new:*'] })
  const answer = await socket.ask({ type: 'auth', token: fresh })
  expect(answer).toMatchObject({ type: 'authenticated', user: 'ann', expires: expires * 1000 })
  const removed = await socket.next('unsubscribed')
  expect(removed).toMatchObject({ channel: 'old:1', reason: expect.any(String) })
  expect(await socket.ask({ type: 'subscribe', channel: 'new:1' })).toMatchObject({ type: 'subscribed' })
  await gateway().publish('old:1', 'unseen')
  await gateway().publish('new:1', 'seen')
  await socket.next({ data: 'seen' })
  expect(dataOf(socket.frames)).toEqual(['seen'])
  while (Date.now() < exp * 1000 + 300) await socket.ask({ type: 'ping' })
  expect(socket.frames.some(frame => frame.type === 'goodbye')).toBe(false)
})

test('[W3] `auth` as another user is `forbidden`; the connection keeps its identity', async t => {
  const socket = await openWebSocket(t, gateway().url, { token: gateway().jwt({ sub: 'ann' }) })
  await socket.next('welcome')
  const other = await socket.ask({ type: 'auth', token: gateway().jwt({ sub: 'bob' }) })
  expect(other).toMatchObject({ type: 'failure', code: 'forbidden' })
  const bad = await socket.ask({ type: 'auth', token: 'rubbish' })
  expect(bad).toMatchObject({ type: 'failure', code: 'unauthorized' })
  await gateway().publish('@ann', 'still here')
  expect(await socket.next('message')).toMatchObject({ channel: '@ann', data: 'still here' })
})

test('[W4] the previous secret is accepted while both are configured', async t => {
  const [secret, previousSecret] = ['new-'.repeat(10), 'old-'.repeat(10)]
  const gateway = await startGateway(t, { config: { auth: { jwt: { secret, previousSecret } } } })
  for (const by of [secret, previousSecret]) {
    const socket = await openWebSocket(t, gateway.url, { token: signToken(by, { sub: 'ann' }) })
    expect(await socket.next('welcome')).toMatchObject({ user: 'ann' })
  }
})

test('[W4] issuer and audience count when configured', async t => {
  const jwt = { secret: JWT_SECRET, issuer: 'https://app.example', audience: 'twinwire' }
  const gateway = await startGateway(t, { config: { auth: { jwt } } })
  const claims = { sub: 'ann', iss: 'https://app.example', aud: 'twinwire' }
  const right = await openWebSocket(t, gateway.url, { token: gateway.jwt(claims) })
  expect(await right.next('welcome')).toMatchObject({ user: 'ann' })
  for (const wrong of [{ iss: 'https://other.example' }, { aud: 'other' }]) {
    const socket = await openWebSocket(t, gateway.url, { token: gateway.jwt({ ...claims, ...wrong }) })
    expect(await socket.ended).toEqual({ closeCode: 4401 })
  }
})
