// Behind a web server that is configured as docs/proxies.md says: nginx each time; `FRONTS=nginx,caddy,apache` tries
// those that are installed here.

import { get } from 'node:http'
import { describe, expect, test } from 'vitest'
import type WebSocket from 'ws'
import { parse } from 'yaml'
import { call } from '../harness/call.ts'
import { poll, within } from '../harness/deadline.ts'
import { freePort } from '../harness/free-port.ts'
import { type Front, startFront } from '../harness/front.ts'
import { adapt, blockOf, type FrontKind } from '../harness/front-config.ts'
import { type Gateway, PASSWORD, startGateway } from '../harness/gateway.ts'
import { type Scope, shared } from '../harness/scope.ts'
import { openSse } from '../harness/sse.ts'
import { transports } from '../harness/transports.ts'
import { openWebSocket } from '../harness/websocket.ts'

const kinds = (process.env.FRONTS ?? 'nginx').split(',') as FrontKind[]

interface Place {
  readonly gateway: Gateway
  readonly front: Front
}

/** The gateway's part is the page's, too; its heartbeat is shorter than the server's patience, as there. */
async function start(scope: Scope, kind: FrontKind): Promise<Place> {
  const [httpsPort, httpPort] = [await freePort(), await freePort()]
  const told = adapt(blockOf('twinwire'), { 'https://example.org/': `https://localhost:${httpsPort}/` })
  const gateway = await startGateway(scope, {
    config: { ...parse(told), heartbeat: '900ms', drain: '200ms' },
  })
  const front = await startFront(scope, kind, { httpsPort, httpPort, gatewayPort: gateway.port })
  return { gateway, front }
}

const pinged = (socket: WebSocket) => within(new Promise(resolve => socket.once('ping', resolve)), 'a ping')

describe.each(kinds)('behind %s', kind => {
  const place = shared(scope => start(scope, kind))

  test('[W5] [S4] [R2] both transports: messages at once, beats over quiet times, the rest after a cut', async t => {
    const { gateway, front } = place()
    const publish = (data: unknown) => gateway.publish('public:both', data)
    const opened = [
      await openWebSocket(t, front.url, { channels: 'public:both' }),
      await openSse(t, front.url, { channels: 'public:both' }),
    ] as const
    const [socket, stream] = opened
    for (const first of opened) await first.next('live')
    await publish('at once')
    for (const first of opened) await first.next({ data: 'at once' })
    // Two and a half seconds: without beats the server would have hung up after two.
    for (let beat = 0; beat < 3; beat++) await Promise.all([pinged(socket.socket), stream.next('heartbeat')])
    await publish('still there')
    for (const first of opened) {
      await first.next({ data: 'still there' })
      first.cut()
    }
    const missed = Array.from({ length: 50 }, (_, index) => index)
    for (const data of missed) await publish(data)
    for (const first of opened) {
      const second = await first.resume()
      expect(await second.next('subscribed')).toMatchObject({ recovered: true })
      await second.next('live')
      const received = second.frames.filter(({ type }) => type === 'message').map(({ data }) => data)
      expect(received).toEqual(missed)
    }
  })

  test('[W6] addresses are the clients own, whatever they write; signing in works under the sub-path', async t => {
    const { gateway, front } = place()
    const headers = { 'X-Forwarded-For': '203.0.113.5', Accept: 'text/event-stream' }
    const stream = get(`${front.url}/sse?channels=public:mine`, {
      localAddress: '127.0.0.9',
      headers,
      agent: false,
    })
    t.onTestFinished(() => void stream.destroy())
    const addresses = async () => {
      const { text } = await gateway.api('GET', '/api/connections?channel=public:mine')
      return text.includes('127.0.0.9') && !text.includes('203.0.113.5') ? true : null
    }
    await poll(addresses, 'the connection with its address')
    const body = { user: 'admin', password: PASSWORD }
    const login = await call(`${front.url}/api/session`, 'POST', { body })
    expect(login.headers.get('set-cookie')).toContain('Path=/realtime/; HttpOnly; SameSite=Strict; Secure')
    const page = await call(`${front.url}/`, 'GET', { headers: { accept: 'text/html' } })
    expect(page.text).toContain('Twinwire')
  })

  test('[W4] [S5] [S8] refusals arrive as the gateway gives them', async t => {
    const { gateway, front } = place()
    const foreign = { headers: { Origin: 'https://foreign.example' } }
    const own = { headers: { Origin: new URL(front.secureUrl).origin } }
    for (const { open } of transports) {
      const refused = await open(t, front.url, { channels: 'public:x', ...foreign })
      expect(await refused.ended).toMatchObject({
        status: 403,
        body: expect.stringContaining('foreign.example'),
      })
      await (await open(t, front.url, { channels: 'public:x', ...own })).next('live')
    }
    const token = gateway.jwt({ sub: 'ann', exp: 1 })
    const late = await openWebSocket(t, front.url, { channels: 'orders:1', token })
    expect(await late.next('goodbye')).toMatchObject({ code: 'unauthorized', reconnect: false })
    expect(await late.ended).toMatchObject({ closeCode: 4401 })
    const closed = await call(`${front.url}/sse?channels=orders:1`, 'GET')
    expect([closed.status, closed.headers.get('content-type')]).toEqual([
      401,
      expect.stringContaining('problem+json'),
    ])
    if (kind === 'nginx') expect(await front.accessLog()).not.toContain(token)
  })

  test('[H5] what the gateway takes the server passes on: 16 KiB of URL, arrays of megabytes', async t => {
    const { gateway, front } = place()
    const names = Array.from({ length: 150 }, (_, index) => `public:${index}:${'x'.repeat(85)}`)
    const stream = await openSse(t, front.url, { channels: names })
    expect((await stream.next('live')).channels).toHaveLength(150)
    const body = Array.from({ length: 50 }, () => ({ channel: 'public:large', data: 'x'.repeat(60_000) }))
    const key = gateway.apiKey
    expect((await call(`${front.url}/api/publish`, 'POST', { key, body })).json.results).toHaveLength(50)
  })

  test('[S5] [R5] while the gateway is away a stream is asked to come back, and then goes on', async t => {
    const { gateway, front } = place()
    const [socket, stream] = await Promise.all(
      transports.map(({ open }) => open(t, front.url, { channels: 'public:away' })),
    )
    for (const open of [socket!, stream!]) await open.next('live')
    await gateway.kill('SIGTERM')
    expect((await within(socket!.ended, 'the socket to end')).closeCode).toBe(4503)
    await within(stream!.ended, 'the stream to end')
    const away = await call(`${front.url}/sse?channels=public:away`, 'GET')
    expect([away.status, away.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
    expect(away.text).toMatch(/^retry: \d+\n\n/)
    expect([502, 503]).toContain((await call(`${front.url}/healthz`, 'GET')).status)
    await gateway.restart()
    await gateway.publish('public:away', 'back')
    for (const before of [socket!, stream!]) {
      const after = await before.resume()
      await after.next({ data: 'back' })
    }
  })
})
