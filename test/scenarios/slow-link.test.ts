// Rules W5, S9 and R3: slow is not dead. Who takes little by little stays; who takes nothing goes, and leaves nothing behind.

import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { poll } from '../harness/deadline.ts'
import { messagesOf, range } from '../harness/frame.ts'
import { type Gateway, startGateway } from '../harness/gateway.ts'
import { openNarrowLink } from '../harness/narrow-link.ts'
import { shared } from '../harness/scope.ts'
import type { Subscriber } from '../harness/subscriber.ts'
import { transports } from '../harness/transports.ts'

/** A fiftieth of the default; so the link below has the ratio of one at 10 KB/s to the default. */
const HEARTBEAT_MS = 500
const BYTES_PER_SECOND = 500_000

const rule = { match: '*', subscribe: 'anyone', publish: 'nobody', history: { messages: 1000, age: '1h' } }
const gateway = shared(scope =>
  startGateway(scope, { config: { heartbeat: HEARTBEAT_MS, channels: [rule] } }),
)

/** Publishes so many messages of 50 KB. */
async function flood(channel: string, count: number): Promise<void> {
  const pad = 'x'.repeat(50_000)
  for (const first of range(0, count / 10 - 1)) {
    const body = range(first * 10 + 1, first * 10 + 10).map(number => ({ channel, data: { number, pad } }))
    expect((await gateway().api('POST', '/api/publish', { body })).status).toBe(200)
  }
}

const numbersOf = (subscriber: Subscriber): number[] =>
  messagesOf(subscriber.frames).map(frame => (frame.data as { number: number }).number)

const connectionsOf = async (channel: string): Promise<number> => {
  const { json } = await gateway().api('GET', `/api/connections?channel=${channel}`)
  return json.connections!.length
}

const timeouts = async (): Promise<number> => {
  const { json } = await gateway().api('GET', '/api/stats')
  return (json as unknown as { disconnects: Record<string, number> }).disconnects.timeout ?? 0
}

// The kernel takes 4 MB of this at once and then nothing for seconds, while the ping waits behind it.
test('[W5] [R3] at the pace of 10 KB/s, with megabytes before it in the kernel, a reader is not taken for dead', async t => {
  const link = await openNarrowLink(t, gateway().port, BYTES_PER_SECOND)
  const open = transports.map(({ open }) => open(t, link.url, { channels: 'slow' }))
  const readers = await Promise.all(open)
  for (const reader of readers) await reader.next('live')
  const count = 110
  const before = await timeouts()
  await flood('slow', count)
  const last = (frame: { data?: unknown }) => (frame.data as { number?: number })?.number === count
  await Promise.all(readers.map(reader => reader.next(last)))
  for (const reader of readers) expect(numbersOf(reader)).toEqual(range(1, count))
  expect(await timeouts()).toBe(before)
})

test('[W5] [R3] of a link that died, bytes and sockets are freed; other readers are not touched', async t => {
  const descriptors = descriptorsOf(gateway())
  const link = await openNarrowLink(t, gateway().port, BYTES_PER_SECOND)
  const others = await Promise.all(transports.map(({ open }) => open(t, gateway().url, { channels: 'dead' })))
  const dead = await Promise.all(
    range(1, 10).flatMap(() => transports.map(({ open }) => open(t, link.url, { channels: 'dead' }))),
  )
  for (const reader of [...others, ...dead]) await reader.next('live')
  const before = await timeouts()
  link.die()
  await flood('dead', 110)
  await poll(async () => ((await connectionsOf('dead')) === 2 ? true : null), 'the dead to be gone')
  expect(await timeouts()).toBe(before + dead.length)
  for (const reader of others) {
    while (numbersOf(reader).length < 110) await reader.next('message')
    reader.cut()
  }
  const { port } = gateway()
  await poll(
    async () => (kernelBytes(port) === 0 ? true : null),
    'the kernel to drop what the dead did not take',
    15_000,
  )
  await poll(
    async () => (descriptorsOf(gateway()) < descriptors + dead.length / 2 ? true : null),
    'the sockets to be closed',
    15_000,
  )
})

test('[W5] a WebSocket whose link died in silence is gone after two beats', async t => {
  const [{ open }] = transports as [(typeof transports)[0]]
  const link = await openNarrowLink(t, gateway().port, BYTES_PER_SECOND)
  const peers = await Promise.all(range(1, 20).map(() => open(t, link.url, { channels: 'idle' })))
  for (const peer of peers) await peer.next('live')
  link.die()
  // Two beats are a second; nothing else would find them: they owe the gateway nothing.
  await poll(async () => ((await connectionsOf('idle')) === 0 ? true : null), 'the dead to be gone')
})

/** What the kernel holds for the peers of a port, closed sockets included. */
function kernelBytes(port: number): number {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const queues = readFileSync('/proc/net/tcp', 'latin1')
    .split('\n')
    .map(line => line.trim().split(/\s+/))
    .filter(fields => fields[1]?.endsWith(local))
  return queues.reduce((sum, fields) => sum + Number.parseInt(fields[4]!, 16), 0)
}

function descriptorsOf({ pid }: Gateway): number {
  return readdirSync(`/proc/${pid}/fd`).length
}
