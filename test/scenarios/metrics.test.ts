// The page for Prometheus: who may read it, and that what happens is counted.

import { expect, test } from 'vitest'
import { poll } from '../harness/deadline.ts'
import { type Frame, messagesOf, range } from '../harness/frame.ts'
import { startGateway } from '../harness/gateway.ts'
import { samplesOf } from '../harness/prometheus.ts'
import { openRaw } from '../harness/raw-connection.ts'
import { openSse } from '../harness/sse.ts'
import { openWebSocket } from '../harness/websocket.ts'

const READ_KEY = 'reading-key-of-the-metrics-test-0123456789'
const POOR_KEY = 'publish-key-of-the-metrics-test-0123456789'

test('[H5] what happens is counted, limits by their key', async t => {
  const gateway = await startGateway(t, {
    config: {
      apiKeys: [
        { name: 'test', key: 'test-key-of-the-black-box-suite-0123456789', publish: ['*'], admin: true },
        { name: 'prometheus', key: READ_KEY, publish: [], read: true },
        { name: 'poor', key: POOR_KEY, read: false, publish: ['*'] },
      ],
      channels: [{ match: '*', subscribe: 'anyone', publish: 'user' }],
      limits: { publishesPerSecond: 2, commandsPerSecond: 1000 },
    },
  })
  const socket = await openWebSocket(t, gateway.url, { channels: 'a', token: gateway.jwt({ sub: 'ann' }) })
  const stream = await openSse(t, gateway.url, { channels: 'a', since: 'nonsense' })
  await Promise.all([socket.next('live'), stream.next('live')])
  // All at once: the bucket refills by the clock, and a slow machine would give it time to, one after the other.
  const refs = range(1, 40)
  for (const ref of refs) socket.send(JSON.stringify({ type: 'publish', ref, channel: 'a', data: 1 }))
  const answers: Frame[] = []
  for (const ref of refs) answers.push(await socket.next({ ref }))
  const limited = answers.filter(({ code }) => code === 'rate_limited')
  expect(limited.length).toBeGreaterThan(0)
  expect(limited[0]!.message).toMatch(/2 messages a second \(limits\.publishesPerSecond\): wait \d+ ms/)
  const published = answers.length - limited.length
  for (let count = 0; count < published; count += 1) await stream.next('message')
  const heard = async () => (messagesOf(socket.frames).length === published ? true : null)
  await poll(heard, 'the publisher to hear of all it published')

  const page = await gateway.api('GET', '/metrics', { key: READ_KEY })
  expect(page.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  const samples = samplesOf(page.text)
  expect(Object.fromEntries(samples)).toMatchObject({
    'twinwire_connections{transport="websocket"}': 1,
    'twinwire_connections{transport="sse"}': 1,
    // One is the user's own channel.
    twinwire_subscriptions: 3,
    twinwire_active_channels: 2,
    twinwire_log_writable: 1,
    'twinwire_state{state="ready"}': 1,
    twinwire_published_total: published,
    twinwire_delivered_total: 2 * published,
    twinwire_publish_duration_seconds_count: published,
    'twinwire_gaps_total{reason="reset"}': 1,
    'twinwire_rate_limited_total{limit="publishesPerSecond"}': limited.length,
    'twinwire_refusals_total{code="rate_limited"}': limited.length,
  })
  expect(samples.get('twinwire_sent_bytes_total')).toBeGreaterThan(200)
  expect(samples.get('process_open_fds')).toBeGreaterThan(5)
})

test('[H5] a client publishes at the same rate over HTTP', async t => {
  const gateway = await startGateway(t, {
    config: {
      channels: [{ match: '*', subscribe: 'anyone', publish: 'user' }],
      limits: { publishesPerSecond: 2 },
    },
  })
  const key = gateway.jwt({ sub: 'ann' })
  const publish = (count: number) =>
    gateway.api('POST', '/api/publish', { key, body: Array(count).fill({ channel: 'a', data: 1 }) })
  // A debt of more than a minute.
  expect((await publish(200)).status).toBe(200)
  const refused = await publish(1)
  expect([refused.status, Number(refused.headers.get('retry-after'))]).toEqual([429, expect.any(Number)])
  expect(refused.json.detail).toContain('limits.publishesPerSecond')
  expect((await gateway.api('POST', '/api/publish', { body: { channel: 'a', data: 1 } })).status).toBe(200)
})

test('[H5] figures are for keys that may read, and for operators', async t => {
  const gateway = await startGateway(t, {
    config: { apiKeys: [{ name: 'poor', key: POOR_KEY, read: false, publish: ['*'] }] },
  })
  const as = async (key: string | null) => (await gateway.api('GET', '/metrics', { key })).status
  expect([
    await as(null),
    await as('nonsense'),
    await as(POOR_KEY),
    await as(gateway.jwt({ sub: 'a' })),
  ]).toEqual([401, 401, 403, 403])
})

test('[H5] [R6] sizes and times over a limit are told, and counted by its name', async t => {
  const gateway = await startGateway(t, {
    config: { limits: { messageBytes: 100, bodyBytes: 1000, receiveTimeout: '2s' } },
  })
  const publish = async (body: unknown, key?: null) =>
    (await gateway.api('POST', '/api/publish', { body, ...(key === null && { key }) })).status
  const large = { channel: 'public:a', data: 'x'.repeat(200) }
  expect(await publish(large)).toBe(413)
  expect(await publish([large])).toBe(200)
  expect(await publish({ channel: 'public:a', data: 'x'.repeat(2000) })).toBe(413)
  expect(await publish([{ channel: 'public:a', data: 'x'.repeat(2000) }], null)).toBe(413)
  expect(await publish(' '.repeat(10_000))).toBe(413)
  for (const path of ['/api/stats', '/sse']) {
    expect((await gateway.api('GET', `${path}?channels=${'x'.repeat(17_000)}`)).status).toBe(414)
  }
  const socket = await openWebSocket(t, gateway.url, { channels: 'public:a' })
  socket.send('x'.repeat(17_000))
  expect((await socket.ended).closeCode).toBe(1009)
  // None of these says what was not said: that the request was none.
  const answerTo = async (request: string) => {
    const raw = await openRaw(t, gateway.port)
    raw.send(request)
    return raw.receives(/HTTP\/1\.1 [^}]*}/, 30_000)
  }
  const tooMuch = await answerTo(`GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(70_000)}\r\n\r\n`)
  expect(tooMuch).toMatch(/^HTTP\/1\.1 431 [^{]*nosniff[^{]*{.*more than 65536 bytes.*"code":"too_large"/s)
  const late = await answerTo('GET / HTTP/1.1\r\nHost: x\r\nX: ')
  expect(late).toMatch(/^HTTP\/1\.1 408 [^{]*nosniff[^{]*{.*limits\.receiveTimeout.*"code":"timeout"/s)

  const samples = samplesOf((await gateway.api('GET', '/metrics')).text)
  const limited = (name: string) => samples.get(`twinwire_rate_limited_total{limit="${name}"}`)
  expect({
    messageBytes: limited('messageBytes'),
    bodyBytes: limited('bodyBytes'),
    urlBytes: limited('urlBytes'),
    headerBytes: limited('headerBytes'),
  }).toEqual({ messageBytes: 3, bodyBytes: 3, urlBytes: 2, headerBytes: 1 })
  expect(limited('receiveTimeout')).toBeGreaterThan(0)
  expect(samples.get('twinwire_http_responses_total{status="431"}')).toBe(1)
})

test('[R6] sockets beyond all that could be connections are counted as such', async t => {
  const gateway = await startGateway(t, { config: { limits: { connections: 1 } } })
  const peers = await Promise.all(range(1, 520).map(() => openRaw(t, gateway.port)))
  await Promise.race(peers.map(peer => peer.closed))
  for (const peer of peers) peer.socket.destroy()
  await Promise.all(peers.map(peer => peer.closed))
  const counted = async () => {
    const page = await gateway.api('GET', '/metrics').catch(() => null)
    return page && samplesOf(page.text).get('twinwire_rate_limited_total{limit="connections"}')
  }
  expect(await poll(counted, 'the gateway to have room for a question')).toBeGreaterThan(0)
})
