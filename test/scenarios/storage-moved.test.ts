// Rules H1, C3 and R1 when a file of the log is gone for good: nothing is acknowledged into it, and the next start says so.

import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { poll } from '../harness/deadline.ts'
import { dataOf, epochOf } from '../harness/frame.ts'
import { startGateway } from '../harness/gateway.ts'
import { transports } from '../harness/transports.ts'

describe.each(transports)('a log deleted under the gateway, over $name', ({ open }) => {
  test('[H1][C3] no publish after that is acknowledged; a restart begins a new log, and says so', async t => {
    const gateway = await startGateway(t, { config: { drain: '50ms' } })
    const reader = await open(t, gateway.url, { channels: 'public:a' })
    await reader.next('live')
    const publish = (data: string) =>
      gateway.api('POST', '/api/publish', { body: { channel: 'public:a', data } })
    const answers: Promise<{ status: number }>[] = []
    for (let number = 1; number <= 50; number += 1) answers.push(publish('before'))
    await Promise.all(answers)
    await rm(join(gateway.dataDir, 'log.db'))
    const late = await Promise.all(Array.from({ length: 50 }, () => publish('into a ghost')))
    expect(late.map(({ status }) => status)).toEqual(late.map(() => 503))
    await poll(async () => gateway.stderr.match('was moved or deleted'), 'the complaint')
    const kept = (await gateway.api('GET', '/api/channels/public%3Aa/messages?limit=1000')).json.messages!
    expect(kept).toHaveLength(50)
    for (let number = 1; number <= 50; number += 1) await reader.next({ data: 'before' })
    expect(dataOf(reader.frames)).not.toContain('into a ghost')

    const { code } = await gateway.kill('SIGTERM')
    expect(code).toBe(0)
    await gateway.restart()
    const id = await gateway.publish('public:a', 'new')
    expect(epochOf(id)).not.toBe(epochOf(kept[0]!.id))
    const again = await reader.resume()
    await again.next('live')
    expect(again.frames.find(frame => frame.type === 'gap')).toMatchObject({ reason: 'reset' })
    expect(dataOf(again.frames)).toEqual(['new'])
  })
})

test('[H1][R1] a lock deleted under the gateway lets a second one in; only that one acknowledges, and loses nothing', async t => {
  const first = await startGateway(t, { config: { drain: '50ms' } })
  const kept = [await first.publish('public:a', 'by the first')]
  await rm(join(first.dataDir, 'log.lock'))
  const second = await startGateway(t, { dataDir: first.dataDir })
  for (let number = 1; number <= 20; number += 1) {
    const body = { channel: 'public:a', data: 'by two' }
    expect((await first.api('POST', '/api/publish', { body })).status).toBe(503)
    kept.push(await second.publish('public:a', 'by the second'))
  }
  // Neither its end nor its name may be taken for those of the second.
  await first.kill('SIGTERM')
  expect(await readFile(join(first.dataDir, 'log.pid'), 'utf8')).toMatch(new RegExp(`^${second.pid} `))
  kept.push(await second.publish('public:a', 'after the first'))
  await second.kill('SIGKILL')
  await second.restart()
  const stored = (await second.api('GET', '/api/channels/public%3Aa/messages')).json.messages!
  expect(stored.map(message => message.id)).toEqual(kept)
})
