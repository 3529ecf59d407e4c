// Behind a proxy under a sub-path (`publicUrl`): pages, calls, the session's cookie, both transports; whether the proxy
// takes the sub-path off or leaves it on.

import { expect, test } from 'vitest'
import { call } from '../harness/call.ts'
import { type Gateway, PASSWORD, startGateway } from '../harness/gateway.ts'
import { type ReverseProxy, startReverseProxy } from '../harness/reverse-proxy.ts'
import type { Scope } from '../harness/scope.ts'
import { openSse } from '../harness/sse.ts'
import { openWebSocket } from '../harness/websocket.ts'

async function startBehind(t: Scope, strips: boolean): Promise<{ proxy: ReverseProxy; gateway: Gateway }> {
  const proxy = await startReverseProxy(t, { subPath: '/app/realtime', strips })
  const gateway = await startGateway(t, { config: { publicUrl: `${proxy.url}/`, trustProxy: true } })
  proxy.target = gateway.url
  return { proxy, gateway }
}

test.for([
  { strips: true, name: 'takes the sub-path off' },
  { strips: false, name: 'leaves the sub-path on' },
])('[W6] a proxy that $name: sign-in, calls and streams', async ({ strips }, t) => {
  const { proxy, gateway } = await startBehind(t, strips)
  const { origin } = new URL(proxy.url)
  const page = await call(`${proxy.url}/`, 'GET', { headers: { accept: 'text/html' } })
  expect(page.text).toContain('Twinwire')
  const bare = await call(`${proxy.url}/examples`, 'GET')
  expect(new URL(bare.headers.get('location')!, `${proxy.url}/examples`).href).toBe(`${proxy.url}/examples/`)

  const body = { user: 'admin', password: PASSWORD }
  const login = await call(`${proxy.url}/api/session`, 'POST', { body, headers: { origin } })
  expect(login.status).toBe(200)
  const cookie = login.headers.get('set-cookie')!
  expect(cookie).toContain('Path=/app/realtime/; HttpOnly; SameSite=Strict')
  const session = { cookie: cookie.split(';')[0]!, origin }
  const socket = await openWebSocket(t, proxy.url, { channels: ['public:x', '$stats'], headers: session })
  const stream = await openSse(t, proxy.url, { channels: 'public:x', headers: { origin } })
  await socket.next('live')
  await stream.next('live')
  const publish = await call(`${proxy.url}/api/publish`, 'POST', {
    body: { channel: 'public:x', data: 'through' },
    headers: { ...session, 'x-csrf-token': login.json.csrf! },
  })
  expect(publish.status).toBe(200)
  for (const subscriber of [socket, stream])
    expect(await subscriber.next({ data: 'through' })).toMatchObject({ channel: 'public:x' })
  const { json } = await gateway.api('GET', '/api/openapi.json')
  expect((json as { servers?: object[] }).servers).toEqual([{ url: proxy.url }])
  expect(gateway.stdout).toContain(`dashboard  ${proxy.url}/`)
})
