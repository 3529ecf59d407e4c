// Rules R1, R2, H2: kill -9 in the middle of everything loses nothing that was acknowledged.

import { describe, expect, test } from 'vitest'
import { dataOf, messagesOf, range } from '../harness/frame.ts'
import { startGateway } from '../harness/gateway.ts'
import { startReader } from '../harness/returning-reader.ts'
import { seededRandom } from '../harness/seed.ts'
import { publishNumbers } from '../harness/traffic.ts'
import { transports } from '../harness/transports.ts'

const CHANNELS = ['public:a', 'public:b', 'public:c']
const PER_CHANNEL = 400
const KILLS = 3

describe.each(transports)('crash over $name', transport => {
  test('[R1][R2] publishing on through three kill -9: every message once, in order, without a gap', async t => {
    const random = seededRandom()
    const gateway = await startGateway(t)
    const reader = await startReader(t, transport, gateway.url, { channels: CHANNELS })
    await reader.current.next('live')
    const traffic = publishNumbers(() => gateway.url, CHANNELS, PER_CHANNEL)
    const total = PER_CHANNEL * CHANNELS.length
    for (const kill of range(1, KILLS)) {
      const moment = Math.floor(total * ((kill - random()) / (KILLS + 0.2)))
      await traffic.reached(moment)
      await gateway.kill('SIGKILL')
      await gateway.restart()
    }
    await traffic.done
    await reader.has(total)
    for (const channel of CHANNELS) {
      expect(dataOf(reader.messages, channel)).toEqual(range(1, PER_CHANNEL))
    }
    expect(reader.gaps).toEqual([])
    // Of two kills close together the reader may notice one only.
    expect(reader.connections).toBeLessThanOrEqual(KILLS + 1)
    expect(reader.connections).toBeGreaterThan(1)
    const received = new Set(messagesOf(reader.messages).map(frame => frame.id))
    for (const { id } of traffic.acknowledged) expect(received.has(id)).toBe(true)
  })
})

test('[H2] an idempotency key is remembered over kill -9, purge and trims', async t => {
  const gateway = await startGateway(t, {
    config: {
      channels: [{ match: '*', subscribe: 'anyone', publish: 'nobody', history: { messages: 5, age: '1h' } }],
    },
  })
  const body = { channel: 'public:a', data: 'first', key: 'order-1' }
  const first = await gateway.api('POST', '/api/publish', { body })
  expect(first.json).not.toHaveProperty('duplicate', true)
  await gateway.kill('SIGKILL')
  await gateway.restart()
  const again = await gateway.api('POST', '/api/publish', { body: { ...body, data: 'second' } })
  expect(again.json).toMatchObject({ id: first.json.id, duplicate: true })
  for (const number of range(1, 30)) await gateway.publish('public:a', number)
  await gateway.api('DELETE', '/api/channels/public%3Aa/messages')
  const third = await gateway.api('POST', '/api/publish', { body })
  expect(third.json).toMatchObject({ id: first.json.id, duplicate: true })
  const left = await gateway.api('GET', '/api/channels/public%3Aa/messages')
  expect(left.json.messages).toEqual([])
})

test('[R1] with `durability: full` the same holds', async t => {
  const gateway = await startGateway(t, { config: { durability: 'full' } })
  const ids = []
  for (const number of range(1, 20)) ids.push(await gateway.publish('public:a', number))
  await gateway.kill('SIGKILL')
  await gateway.restart()
  const kept = await gateway.api('GET', '/api/channels/public%3Aa/messages')
  expect(kept.json.messages!.map(message => message.id)).toEqual(ids)
})
