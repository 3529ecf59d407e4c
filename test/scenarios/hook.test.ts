// The authorization hook (protocol §8): an application decides by its own session who connects and what they may have.

import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { poll } from '../harness/deadline.ts'
import { shared } from '../harness/scope.ts'
import { transports } from '../harness/transports.ts'
import type { Reply } from '../harness/web-server.ts'
import { HOOK_SECRET, startApplication } from './hook-application.ts'

const application = shared(scope => startApplication(scope))
/** Its application is given up soon. */
const impatient = shared(scope => startApplication(scope, { timeout: '300ms' }))

const ANN = { user: 'ann', info: { name: 'Ann' }, subscribe: ['orders:*'], publish: ['orders:ann'] }

describe.each(transports)('over $name', ({ name, open }) => {
  test('[W4] who a connection is and what it may have comes from the application', async t => {
    const { gateway, visitor } = application()
    const ann = visitor(() => ({ body: ANN }), { 'X-Tenant': 'shop', 'X-Other': 'not chosen' })
    const cookie = `${ann.headers.Cookie}; twinwire_session=of-an-operator`
    const headers = { ...ann.headers, Cookie: cookie }
    const subscriber = await open(t, gateway.url, { channels: ['orders:1', 'secret:1'], headers })
    const welcome = await subscriber.next('welcome')
    expect(welcome.user).toBe('ann')
    const failure = await subscriber.next('failure')
    expect(failure).toMatchObject({ channel: 'secret:1', code: 'forbidden' })
    expect(failure.message).toMatch(/rule "\*".*"secret:1".*hook has to name it under subscribe/)
    await gateway.publish('@ann', 'for her')
    expect(await subscriber.next('message')).toMatchObject({ channel: '@ann', data: 'for her' })
    await gateway.publish('orders:1', 'paid')
    expect(await subscriber.next('message')).toMatchObject({ channel: 'orders:1', data: 'paid' })

    expect(ann.questions()).toEqual([
      {
        connection: welcome.connection,
        ip: '127.0.0.1',
        headers: { cookie: ann.headers.Cookie, 'x-tenant': 'shop' },
        transport: name.toLowerCase(),
        channels: ['orders:1', 'secret:1'],
      },
    ])
    const request = ann.requests()[0]!
    expect(request).toMatchObject({ method: 'POST', path: '/hook.php?from=gateway' })
    const passed = { 'content-type': 'application/json', cookie: ann.headers.Cookie, 'x-tenant': 'shop' }
    expect(request.headers).toMatchObject(passed)
    expect(request.headers).not.toHaveProperty('x-other')
    const [, time, mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(request.headers['twinwire-signature']))!
    expect(Math.abs(Number(time) - Date.now() / 1000)).toBeLessThan(30)
    expect(mac).toBe(createHmac('sha256', HOOK_SECRET).update(`${time}.${request.body}`).digest('hex'))
  })

  test('[W4] a token of ours goes first, good or bad', async t => {
    const { gateway, visitor } = application()
    const ann = visitor(() => ({ body: ANN }))
    const { headers } = ann
    const right = await open(t, gateway.url, { token: gateway.jwt({ sub: 'bob' }), headers })
    expect((await right.next('welcome')).user).toBe('bob')
    const bad = await open(t, gateway.url, { token: 'a.b.c', channels: 'public:1', headers })
    expect(await bad.ended).toMatchObject(name === 'SSE' ? { status: 401 } : { closeCode: 4401 })
    expect(ann.requests()).toEqual([])
  })

  test('[W4] a bearer of another make is the application’s to judge, and never overlooked', async t => {
    const { gateway, visitor } = application()
    const known = visitor(() => ({ body: ANN }), { Authorization: 'Bearer 7|opaque' })
    const subscriber = await open(t, gateway.url, { headers: known.headers })
    expect((await subscriber.next('welcome')).user).toBe('ann')
    const unknown = visitor(() => ({ body: {} }), { Authorization: 'Bearer wrong' })
    const refused = await open(t, gateway.url, { channels: 'public:1', headers: unknown.headers })
    expect(await refused.ended).toMatchObject(name === 'SSE' ? { status: 401 } : { closeCode: 4401 })
  })

  test.for<[string, () => Reply | Promise<Reply>]>([
    ['does not answer', () => new Promise<Reply>(() => {})],
    ['fails', () => ({ status: 500, body: 'Fatal error' })],
    ['sends to a login', () => ({ status: 302, headers: { location: '/login' } })],
    ['answers with a page', () => ({ body: '<html>' })],
  ])('[S5] a hook that %s lets nobody in, and sends nobody away for good', async ([_case, answer], t) => {
    const { gateway, visitor } = impatient()
    const { headers } = visitor(answer)
    const subscriber = await open(t, gateway.url, { channels: 'orders:1', headers })
    expect(await subscriber.next('goodbye')).toMatchObject({ code: 'unavailable', reconnect: true })
    expect(await subscriber.ended).toMatchObject(name === 'SSE' ? {} : { closeCode: 4503 })
    await poll(async () => gateway.stderr.match('auth.hook: '), 'the complaint')
    expect(gateway.stderr).not.toContain(headers.Cookie)
  })

  test.for<[401 | 403, string, unknown, string]>([
    [
      401,
      'unauthorized',
      { message: 'Your session has ended: sign in.' },
      'Your session has ended: sign in.',
    ],
    [403, 'forbidden', { detail: 'Your account is closed.' }, 'Your account is closed.'],
    [403, 'forbidden', 'Forbidden', 'The application does not let this user connect.'],
  ])('[S5] the application says no with %i: that is final', async ([status, code, body, sentence], t) => {
    const { gateway, visitor } = application()
    const { headers } = visitor(() => ({ status, body }))
    const subscriber = await open(t, gateway.url, { channels: 'public:1', headers })
    const end = await subscriber.ended
    if (name === 'SSE') {
      expect(end.status).toBe(status)
      expect(JSON.parse(end.body!)).toMatchObject({ code, detail: sentence })
    } else {
      expect(end.closeCode).toBe(4000 + status)
      expect(subscriber.frames).toMatchObject([{ type: 'goodbye', code, reason: sentence, reconnect: false }])
    }
  })

  test('[S8] nobody signed in: open channels are open, others are 401 with what would help', async t => {
    const { gateway, visitor } = application()
    const { headers } = visitor(() => ({ body: { user: null } }))
    const subscriber = await open(t, gateway.url, { channels: ['public:1', 'orders:1'], headers })
    expect((await subscriber.next('welcome')).user).toBeUndefined()
    expect(await subscriber.next('failure')).toMatchObject({ channel: 'orders:1', code: 'unauthorized' })
    const refused = await open(t, gateway.url, { channels: 'orders:1', headers })
    if (name === 'SSE') expect((await refused.ended).status).toBe(401)
    else expect(await refused.next('failure')).toMatchObject({ code: 'unauthorized' })
  })

  test('[W4] when the grants end, the connection comes back to be asked about again', async t => {
    const { gateway, visitor } = application()
    const expires = Math.floor(Date.now() / 1000) + 3
    const { headers } = visitor(() => ({ body: { ...ANN, expires } }))
    const subscriber = await open(t, gateway.url, { channels: 'orders:1', headers })
    expect(await subscriber.next('goodbye')).toMatchObject({ code: 'timeout', reconnect: true })
    expect(Date.now()).toBeGreaterThanOrEqual(expires * 1000 - 5)
    expect(subscriber.frames.some(frame => frame.type === 'expiring')).toBe(false)
  })

  test('[W4] a decision serves those who ask the same within seconds, and nobody else', async t => {
    const { gateway, visitor } = application()
    const [ann, bob] = [visitor(() => ({ body: ANN })), visitor(() => ({ body: { user: 'bob' } }))]
    const connect = async ({ headers }: typeof ann) => {
      const subscriber = await open(t, gateway.url, { channels: 'public:1', headers })
      return (await subscriber.next('welcome')).user
    }
    const users = await Promise.all([connect(ann), connect(ann), connect(bob), connect(ann)])
    expect([...users, await connect(ann)]).toEqual(['ann', 'ann', 'bob', 'ann', 'ann'])
    expect(ann.requests()).toHaveLength(1)
    expect(bob.requests()).toHaveLength(1)
  })

  test('[W6] a page of a foreign origin is turned away before the application is asked', async t => {
    const { gateway, visitor } = application()
    const ann = visitor(() => ({ body: ANN }), { Origin: 'https://evil.example' })
    const subscriber = await open(t, gateway.url, { channels: 'orders:1', headers: ann.headers })
    expect(await subscriber.ended).toMatchObject({ status: 403 })
    expect(ann.requests()).toEqual([])
  })
})
