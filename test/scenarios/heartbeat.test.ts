// Rules S4, W5, S9: signs of life, the end of dead peers, and the longest life of a stream.

import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { poll, within } from '../harness/deadline.ts'
import { dataOf, range } from '../harness/frame.ts'
import { startGateway } from '../harness/gateway.ts'
import { openRaw } from '../harness/raw-connection.ts'
import { shared } from '../harness/scope.ts'
import { openSse } from '../harness/sse.ts'
import { openWebSocket } from '../harness/websocket.ts'

// Two beats are the time for which this process may be held up before its own clients count as dead.
const gateway = shared(scope => startGateway(scope, { config: { heartbeat: '1s' } }))

/** For a beat, or for the end of who lacks two: a wheel that turns twenty times too slowly is no busy machine. */
const BEATS_MS = 10_000

test('[S4] SSE: a `heartbeat` event at least every heartbeat, visible to scripts', async t => {
  const stream = await openSse(t, gateway().url, { channels: 'public:a' })
  expect(await stream.next('welcome')).toMatchObject({ heartbeat: 1000 })
  for (const _ of range(1, 3)) await stream.next('heartbeat', BEATS_MS)
  const beat = stream.events.find(event => event.name === 'heartbeat')
  expect(beat).toMatchObject({ data: '{}', id: null })
})

test('[W5] WebSocket: pings every heartbeat; a client that answers them stays', async t => {
  const socket = await openWebSocket(t, gateway().url, { channels: 'public:a' })
  let pings = 0
  const three = new Promise<void>(resolve => {
    socket.socket.on('ping', () => {
      if (++pings === 3) resolve()
    })
  })
  await within(three, () => `three pings; ${pings} came`, BEATS_MS)
  expect(await socket.ask({ type: 'ping' })).toMatchObject({ type: 'pong' })
})

test('[W5] WebSocket: a peer that shows no life for two beats is closed with 4408', async t => {
  const raw = await openRaw(t, gateway().port)
  const key = createHash('md5').update('key').digest('base64')
  raw.send(
    `GET /ws?channels=public:a HTTP/1.1\r\nHost: 127.0.0.1:${gateway().port}\r\nConnection: Upgrade\r\n` +
      `Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
  )
  await raw.receives(/"type":"live"/)
  // It reads, but never answers a ping. 4408 as the close frame carries it:
  await raw.receives(Buffer.from([4408 >> 8, 4408 & 0xff]).toString('latin1'), BEATS_MS)
  await raw.closed
})

test('[R3] a reader that takes nothing is disconnected; another one is not touched', async t => {
  const frozen = await openSse(t, gateway().url, { channels: 'public:flood', query: 'sender=frozen' })
  const reader = await openSse(t, gateway().url, { channels: 'public:flood' })
  await frozen.next('live')
  await reader.next('live')
  frozen.pause()
  const pad = 'x'.repeat(60_000)
  for (const number of range(1, 300)) await gateway().publish('public:flood', { number, pad })
  const gone = async () => {
    const { json } = await gateway().api('GET', '/api/connections?channel=public:flood')
    return json.connections!.length === 1 ? true : null
  }
  await poll(gone, 'the frozen reader to be disconnected', BEATS_MS)
  while (dataOf(reader.frames).length < 300) await reader.next('message')
})

test('[S9] a stream lives at most its lifetime, then says goodbye and resumes at no cost', async t => {
  const gateway = await startGateway(t, { config: { sse: { maxLifetime: '1s' } } })
  const begun = performance.now()
  const first = await openSse(t, gateway.url, { channels: 'public:a' })
  await gateway.publish('public:a', 1)
  // Without the limit it would live for an hour.
  const goodbye = await first.next('goodbye')
  expect(goodbye).toMatchObject({ reconnect: true })
  expect(performance.now() - begun).toBeGreaterThan(850)
  await first.ended
  await gateway.publish('public:a', 2)
  const second = await first.resume()
  await second.next('live')
  expect([...dataOf(first.frames), ...dataOf(second.frames)]).toEqual([1, 2])
  expect(second.frames.some(frame => frame.type === 'gap')).toBe(false)
})
