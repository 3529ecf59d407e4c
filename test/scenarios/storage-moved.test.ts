// Rules H1 and C3 when the log's file is gone for good: nothing is acknowledged into it, and the next start says so.

import { rm } from 'node:fs/promises'
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
