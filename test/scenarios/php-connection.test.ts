// The PHP client's lasting connection against the real gateway: many publishes on their way, listening over kills, and a
// peer that falls silent.

import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { poll, within } from '../harness/deadline.ts'
import { API_KEY, startGateway, testConfig } from '../harness/gateway.ts'
import { runPhpTest } from '../harness/php-script.ts'
import type { Scope } from '../harness/scope.ts'

const NARROW_KEY = 'a-narrow-key-of-the-php-client-0123456789'
const KEYS = { TWINWIRE_API_KEY: API_KEY, NARROW_KEY }

const start = (t: Scope, config: Record<string, unknown> = {}) => {
  const narrow = { name: 'narrow', key: NARROW_KEY, publish: ['allowed:*'], read: false }
  const apiKeys = [...(testConfig().apiKeys as object[]), narrow]
  const channels = [{ match: '*', history: { messages: 10_000, age: '1h' } }]
  return startGateway(t, { config: { apiKeys, channels, ...config } })
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

test('[W3] [H2] publishes many at once, answered in order, over a kill and without doubling', async t => {
  const gateway = await start(t)
  const script = runPhpTest(t, 'publish-many', [], gateway, KEYS)
  expect(await script.line()).toBe('kill')
  await gateway.kill('SIGKILL')
  script.say('')
  expect(await script.line()).toBe('restart')
  await gateway.restart()
  script.say('')
  expect(await script.rest()).toEqual(['done'])
  const first = await gateway.api('GET', '/api/channels/numbers/messages?limit=1000&before=zzzzzzzz-1')
  const page = first.json.messages!
  const before = await gateway.api('GET', `/api/channels/numbers/messages?limit=1000&before=${page[0]!.id}`)
  const numbers = [...before.json.messages!, ...page].map(message => message.data)
  expect(numbers).toEqual(range(1, 1501))
})

test('[R2] listens over kills and restarts: each message once and in order, and later from its cursor', async t => {
  const gateway = await start(t)
  const early = await gateway.publish('numbers', 1)
  const script = runPhpTest(t, 'listen', ['numbers'], gateway, KEYS)
  expect(await script.line()).toBe('listening')
  expect(await script.line()).toBe('1')
  for (const [from, to] of [
    [2, 20],
    [21, 40],
  ] as const) {
    for (const n of range(from, to)) await gateway.publish('numbers', n)
    if (to === 20) expect(await script.line()).toBe('2')
    await gateway.kill('SIGKILL')
    await gateway.restart()
  }
  await gateway.publish('numbers', 'stop')
  const lines = await script.rest()
  expect(lines.slice(0, -1)).toEqual([...range(3, 40).map(String), '"stop"'])
  const cursor = lines.at(-1)!.replace('cursor ', '')

  await gateway.publish('numbers', 'later')
  await gateway.publish('numbers', 'stop')
  const later = runPhpTest(t, 'listen', ['numbers', cursor], gateway, KEYS)
  expect((await later.rest()).slice(0, -1)).toEqual(['listening', '"later"', '"stop"'])

  await gateway.api('DELETE', '/api/channels/numbers/messages')
  await gateway.publish('numbers', 'stop')
  const lossy = runPhpTest(t, 'listen', ['numbers', early], gateway, KEYS)
  expect((await lossy.rest()).slice(0, -1)).toEqual(['listening', 'gap expired', '"stop"'])
})

test('[R5] [W5] answers heartbeats, and comes back after a drain', async t => {
  const gateway = await start(t, { heartbeat: '1s', drain: '300ms' })
  const script = runPhpTest(t, 'listen', ['numbers'], gateway, KEYS)
  expect(await script.line()).toBe('listening')
  const connection = async () => {
    const { json } = await gateway.api('GET', '/api/connections?channel=numbers')
    return json.connections?.[0] ?? null
  }
  const { id } = (await poll(connection, 'the connection')) as { id?: string }
  // Longer than the two beats after which a mute connection would be closed: these are heard by answering alone.
  const beats = Date.now() + 3300
  await poll(async () => (Date.now() > beats ? true : null), 'three beats')
  expect(await connection()).toMatchObject({ id })
  await gateway.kill('SIGTERM')
  await gateway.restart()
  await gateway.publish('numbers', 'stop')
  expect((await script.rest()).slice(0, -1)).toEqual(['"stop"'])
})

test('handlers publish, throw, stop and unsubscribe; what is final ends the connection', async t => {
  const gateway = await start(t)
  const script = runPhpTest(t, 'handlers', [], gateway, KEYS)
  expect(await script.rest()).toEqual(['done'])
})

test('two PHP processes talk to each other', async t => {
  const gateway = await start(t)
  const listener = runPhpTest(t, 'listen', ['numbers'], gateway, KEYS)
  expect(await listener.line()).toBe('listening')
  const publisher = runPhpTest(t, 'publish-two', [], gateway, KEYS)
  expect(await publisher.rest()).toEqual(['done'])
  expect((await listener.rest()).slice(0, -1)).toEqual(['"from another process"', '"stop"'])
})

test('a peer that falls silent is given up, and another connection made', async t => {
  const targets: string[] = []
  let wake = () => {}
  const server = createServer()
  server.on('upgrade', (request, socket) => {
    targets.push(request.url!)
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64')
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    )
    const welcome = '{"type":"welcome","connection":"c","heartbeat":100,"protocol":1}'
    socket.write(Buffer.concat([Buffer.from([0x81, welcome.length]), Buffer.from(welcome)]))
    socket.on('error', () => {})
    t.onTestFinished(() => void socket.destroy())
    wake()
  })
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve)
  })
  t.onTestFinished(() => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sub`
  runPhpTest(t, 'listen', ['numbers'], { url }, KEYS)
  const arrivals = async () => {
    while (targets.length < 3) {
      await new Promise<void>(resolve => {
        wake = resolve
      })
    }
  }
  await within(arrivals(), 'three connections, one after the other')
  expect(new Set(targets)).toEqual(new Set(['/sub/ws']))
})
