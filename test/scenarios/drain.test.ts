// Rule R5: SIGTERM turns clients away gently, spread over the drain window, and ends with 0.

import { describe, expect, test } from 'vitest'
import { poll } from '../harness/deadline.ts'
import { range } from '../harness/frame.ts'
import { startGateway } from '../harness/gateway.ts'
import { openRaw } from '../harness/raw-connection.ts'
import { openSse } from '../harness/sse.ts'
import { transports } from '../harness/transports.ts'
import { openWebSocket } from '../harness/websocket.ts'

describe.each(transports)('drain over $name', ({ name, open }) => {
  test('[R5] every connection gets a goodbye with `reconnect` and a spread `after`; the process exits 0', async t => {
    const gateway = await startGateway(t, { config: { drain: '1500ms' } })
    const opened = range(1, 12).map(() => open(t, gateway.url, { channels: 'public:a' }))
    const subscribers = await Promise.all(opened)
    for (const subscriber of subscribers) await subscriber.next('live')
    const exit = gateway.kill('SIGTERM')
    const goodbyes = await Promise.all(subscribers.map(subscriber => subscriber.next('goodbye')))
    for (const goodbye of goodbyes) {
      expect(goodbye).toMatchObject({ code: 'unavailable', reconnect: true, after: expect.any(Number) })
      expect(goodbye.after).toBeGreaterThanOrEqual(0)
    }
    const ends = await Promise.all(subscribers.map(subscriber => subscriber.ended))
    if (name === 'WebSocket') expect(ends.map(end => end.closeCode)).toEqual(range(1, 12).map(() => 4503))
    expect(new Set(goodbyes.map(goodbye => goodbye.after)).size).toBeGreaterThan(1)
    for (const subscriber of subscribers) expect(subscriber.frames.at(-1)!.type).toBe('goodbye')
    expect(await exit).toEqual({ code: 0, signal: null })
  })

  test('[R5] a drained client resumes at the next gateway without a gap', async t => {
    const gateway = await startGateway(t, { config: { drain: '500ms' } })
    const first = await open(t, gateway.url, { channels: 'public:a' })
    await first.next('live')
    await gateway.publish('public:a', 1)
    await first.next({ data: 1 })
    await gateway.kill('SIGTERM')
    await gateway.restart()
    await gateway.publish('public:a', 2)
    const second = await first.resume()
    expect(await second.next('subscribed')).toMatchObject({ recovered: true })
    expect(await second.next('message')).toMatchObject({ data: 2 })
  })
})

test('[R5] while draining: readyz is 503, new streams are turned away, publishes still work', async t => {
  const gateway = await startGateway(t, { config: { drain: '60s' } })
  const before = await openSse(t, gateway.url, { channels: 'public:a' })
  await before.next('live')
  expect((await gateway.api('GET', '/readyz')).status).toBe(200)
  const exit = gateway.kill('SIGTERM')
  const turned = async () => ((await gateway.api('GET', '/readyz')).status === 503 ? true : null)
  await poll(turned, 'readyz to be 503')
  expect((await gateway.api('GET', '/healthz')).status).toBe(200)

  const socket = await openWebSocket(t, gateway.url, { channels: 'public:a' })
  expect(await socket.next('goodbye')).toMatchObject({ code: 'unavailable', reconnect: true })
  expect(await socket.ended).toEqual({ closeCode: 4503 })

  const stream = await openSse(t, gateway.url, { channels: 'public:a' })
  expect(stream.status).toBe(200)
  expect(await stream.next('goodbye')).toMatchObject({ code: 'unavailable', reconnect: true })
  await stream.ended
  expect(stream.parser.retryMs).not.toBeNull()

  expect(await gateway.publish('public:a', 1)).toMatch(/-1$/)
  await gateway.kill('SIGTERM')
  expect(await exit).toEqual({ code: 0, signal: null })
})

test('[R5][S5] until the listener is gone nobody is refused with a status, which a browser would take as final', async t => {
  const gateway = await startGateway(t, { config: { drain: '100ms' } })
  // A request that never ends keeps the server for a while after the window.
  const held = await openRaw(t, gateway.port)
  held.send('POST /api/publish HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n')
  await (await openSse(t, gateway.url, { channels: 'public:a' })).next('live')
  const statuses: number[] = []
  const ask = () => openSse(t, gateway.url, { channels: 'public:a' }).catch(() => null)
  // The first one comes before the signal, however late the next ones are.
  const first = ask()
  const exit = gateway.kill('SIGTERM')
  for (let stream = await first; stream !== null; stream = await ask()) {
    statuses.push(stream.status)
    await stream.ended
  }
  expect(statuses.length).toBeGreaterThan(0)
  expect(new Set(statuses)).toEqual(new Set([200]))
  expect(await exit).toEqual({ code: 0, signal: null })
})

test('[R5] on SSE the goodbye names its `after` as `retry:` too', async t => {
  const gateway = await startGateway(t, { config: { drain: '500ms' } })
  const stream = await openSse(t, gateway.url, { channels: 'public:a' })
  await stream.next('live')
  await gateway.kill('SIGTERM')
  const goodbye = await stream.next('goodbye')
  await stream.ended
  expect(stream.parser.retryMs).toBe(goodbye.after)
})

test('[R5] without connections too the port stays open for the window, and SIGTERM ends with 0', async t => {
  const gateway = await startGateway(t, { config: { drain: '1s' } })
  const begun = performance.now()
  expect(await gateway.kill('SIGTERM')).toEqual({ code: 0, signal: null })
  expect(performance.now() - begun).toBeGreaterThan(950)
  expect(performance.now() - begun).toBeLessThan(20_000)
})

test('[R5] a long poll that waits is answered, and does not hold the exit', async t => {
  const gateway = await startGateway(t, { config: { drain: '1s' } })
  const id = await gateway.publish('public:a', 1)
  const waiting = gateway.api('GET', `/api/channels/public%3Aa/messages?since=${id}&wait=30`)
  await gateway.publish('public:b', 1)
  const begun = performance.now()
  const exit = gateway.kill('SIGTERM')
  expect((await waiting).json.messages).toEqual([])
  expect(await exit).toEqual({ code: 0, signal: null })
  expect(performance.now() - begun).toBeLessThan(25_000)
})

test('[R5] a second signal ends the window at once, also for a peer that neither reads nor hangs up', async t => {
  const gateway = await startGateway(t, { config: { drain: '60s' } })
  const subscribers = await Promise.all(
    range(1, 20).flatMap(() => transports.map(({ open }) => open(t, gateway.url, { channels: 'public:a' }))),
  )
  for (const subscriber of subscribers) await subscriber.next('live')
  const [mute, deaf, ...others] = subscribers
  mute!.pause()
  deaf!.pause()
  const exit = gateway.kill('SIGTERM')
  await Promise.all(others.map(subscriber => subscriber.next('goodbye')))
  const begun = performance.now()
  await gateway.kill('SIGTERM')
  // It takes half a second here; the rest is for a busy machine, and less than the window.
  expect(performance.now() - begun).toBeLessThan(40_000)
  expect(await exit).toEqual({ code: 0, signal: null })
})
