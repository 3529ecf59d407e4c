// Who may come in by address, whose word about addresses counts, and what is said when a proxy hides everybody.

import { expect, test } from 'vitest'
import { poll } from '../harness/deadline.ts'
import { startGateway } from '../harness/gateway.ts'
import { openSse } from '../harness/sse.ts'
import { openWebSocket } from '../harness/websocket.ts'

const from = (address: string) => ({ headers: { 'X-Forwarded-For': address } })

test('[W6] lists of addresses: the API and the streams each have their own, refused before anything else', async t => {
  const gateway = await startGateway(t, {
    config: {
      trustProxy: ['127.0.0.1'],
      access: { api: { allow: ['192.0.2.0/24'] }, streams: { deny: ['192.0.2.66'] } },
    },
  })
  const api = (address: string, path = '/api/stats') => gateway.api('GET', path, from(address))
  expect((await api('192.0.2.66')).status).toBe(200)
  for (const path of ['/api/stats', '/api/session', '/api/openapi.json', '/metrics']) {
    expect((await api('198.51.100.1', path)).json, path).toMatchObject({
      status: 403,
      detail: 'The address 198.51.100.1 may not come in: add it to access.api.allow.',
    })
  }
  expect((await api('198.51.100.1', '/healthz')).status).toBe(200)
  expect((await api('198.51.100.1', '/')).status).toBe(200)
  const channels = 'public:x'
  const socket = await openWebSocket(t, gateway.url, { channels, ...from('192.0.2.66') })
  expect(await socket.ended).toMatchObject({
    status: 403,
    body: expect.stringContaining('access.streams.deny'),
  })
  expect((await openSse(t, gateway.url, { channels, ...from('192.0.2.66') })).status).toBe(403)
  await (await openSse(t, gateway.url, { channels, ...from('198.51.100.1') })).next('live')
})

test('[S5] fifty connections through a proxy that nobody named are told once', async t => {
  const gateway = await startGateway(t)
  const open = () => openWebSocket(t, gateway.url, { channels: 'public:x', ...from('192.0.2.1') })
  const sockets = await Promise.all(Array.from({ length: 50 }, open))
  await Promise.all(sockets.map(socket => socket.next('live')))
  expect(gateway.stderr).toBe('')
  await (await open()).next('live')
  await (await open()).next('live')
  await poll(async () => gateway.stderr.match(/trustProxy/), 'the log to name trustProxy')
  const lines = gateway.stderr.trim().split('\n')
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0]!).msg).toContain('All 50 connections come from 127.0.0.1')
})
