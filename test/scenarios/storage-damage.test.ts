// Rules H1 and R6 when pages of the database are damaged under the running gateway: what can be read is read, what cannot
// is said, nothing is acknowledged on top of it, and it goes on when the file is sound again.

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { poll } from '../harness/deadline.ts'
import { dataOf, range } from '../harness/frame.ts'
import { type Gateway, startGateway } from '../harness/gateway.ts'
import type { Scope } from '../harness/scope.ts'
import { damageFile } from '../harness/storage.ts'
import { transports } from '../harness/transports.ts'
import { openWebSocket } from '../harness/websocket.ts'

/** A gateway with 2 MB of old messages that are on disk and not in memory; returns the ids of the first and of the 501st. */
async function startWithOldMessages(
  scope: Scope,
): Promise<{ gateway: Gateway; first: string; middle: string }> {
  const gateway = await startGateway(scope, { config: { drain: '50ms' } })
  const data = 'x'.repeat(2000)
  const body = Array.from({ length: 1000 }, () => ({ channel: 'public:old', data }))
  const { json } = await gateway.api('POST', '/api/publish', { body })
  await gateway.publish('public:small', 'kept')
  await gateway.kill('SIGTERM')
  // Whatever its end left in the WAL, from which damaged pages of the database would not be read.
  const db = new DatabaseSync(join(gateway.dataDir, 'log.db'))
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  db.close()
  await gateway.restart()
  return { gateway, first: json.results![0]!.id!, middle: json.results![500]!.id! }
}

describe.each(transports)('a damaged page, over $name', ({ open }) => {
  test('[H1][R6] is said to those who need it, harms nobody else, and is over when it is mended', async t => {
    const { gateway, first } = await startWithOldMessages(t)
    const live = await open(t, gateway.url, { channels: 'public:a' })
    await live.next('live')
    await gateway.publish('public:a', 'before')
    await live.next({ data: 'before' })
    const mend = damageFile(join(gateway.dataDir, 'log.db'), 0.4, 0.6)

    const resumed = await open(t, gateway.url, { channels: 'public:old', since: first })
    const goodbye = await resumed.next('goodbye')
    expect(goodbye).toMatchObject({ code: 'unavailable', reconnect: true })
    const given = dataOf(resumed.frames).length
    expect(given).toBeLessThan(999)
    const history = await gateway.api('GET', `/api/channels/public%3Aold/messages?since=${first}&limit=1000`)
    expect([history.status, history.json.code]).toEqual([503, 'unavailable'])
    expect(Number(history.headers.get('retry-after'))).toBeGreaterThan(0)
    const whole = await gateway.api('GET', '/api/channels/public%3Asmall/messages')
    expect(whole.json.messages!.map(message => message.data)).toEqual(['kept'])
    const body = { channel: 'public:a', data: 'lost' }
    expect((await gateway.api('POST', '/api/publish', { body })).status).toBe(503)
    expect((await gateway.api('GET', '/readyz')).status).toBe(503)
    const stats = JSON.parse((await gateway.api('GET', '/api/stats')).text)
    expect(stats.fault.message).toMatch(/log\.db is damaged .*twinwire restore FILE/)

    await mend()
    const isReady = async () => ((await gateway.api('GET', '/readyz')).status === 200 ? true : null)
    await poll(isReady, 'the gateway to be ready again')
    await gateway.publish('public:a', 'after')
    await live.next({ data: 'after' })
    expect(dataOf(live.frames)).toEqual(['before', 'after'])
    const again = await open(t, gateway.url, { channels: 'public:old', since: first })
    await again.next('live')
    expect(dataOf(again.frames)).toHaveLength(999)
    expect(again.frames.filter(frame => frame.type === 'gap')).toEqual([])
  })
})

test('[W3][R6] commands that meet a damaged page are answered, and the connection stays', async t => {
  // Retention looks at the first messages soon after the start, and then they are in memory.
  const { gateway, middle: since } = await startWithOldMessages(t)
  const socket = await openWebSocket(t, gateway.url, { channels: 'public:a' })
  await socket.next('live')
  const mend = damageFile(join(gateway.dataDir, 'log.db'), 0.1, 0.9)
  const history = await socket.ask({ type: 'history', channel: 'public:old', since, limit: 1000 })
  expect(history).toMatchObject({ type: 'failure', code: 'unavailable' })
  const subscribe = await socket.ask({ type: 'subscribe', channel: 'public:old', since })
  expect(subscribe).toMatchObject({ type: 'failure', code: 'unavailable' })
  expect(await socket.ask({ type: 'ping' })).toMatchObject({ type: 'pong' })
  await mend()
  // Refused, it is not half subscribed: asking again gives what was asked for.
  const isThere = async () => {
    const again = await socket.ask({ type: 'subscribe', channel: 'public:old', since })
    return again.type === 'subscribed' ? again : null
  }
  expect(await poll(isThere, 'the channel to be readable again')).toMatchObject({ recovered: true })
  await socket.next(frame => frame.type === 'live' && frame.channels!.includes('public:old'))
  expect(dataOf(socket.frames, 'public:old')).toHaveLength(499)
})

test('[R6] wherever the damage is, the process lives and answers', async t => {
  const { gateway, first } = await startWithOldMessages(t)
  for (const part of range(1, 9)) {
    damageFile(join(gateway.dataDir, 'log.db'), part / 10, part / 10 + 0.05)
    const path = `/api/channels/public%3Aold/messages?since=${first}&limit=1000`
    for (const url of [path, '/api/channels', '/api/stats', '/api/channels/public%3Asmall/messages']) {
      expect([200, 503]).toContain((await gateway.api('GET', url)).status)
    }
    const answer = await gateway.api('DELETE', '/api/channels/public%3Aold/messages')
    expect([204, 503]).toContain(answer.status)
  }
  expect((await gateway.api('GET', '/readyz')).status).toBe(503)
  expect((await gateway.api('GET', '/healthz')).status).toBe(200)
})
