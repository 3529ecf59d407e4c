// Rule C3: a cursor that this log cannot honour is answered with a `reset` gap, never with silence or an error.

import { statSync, truncateSync } from 'node:fs'
import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { dataOf, epochOf, range } from '../harness/frame.ts'
import { startGateway } from '../harness/gateway.ts'
import { freshChannel } from '../harness/names.ts'
import { shared } from '../harness/scope.ts'
import { transports } from '../harness/transports.ts'

const gateway = shared(scope => startGateway(scope))

/** Cursors that nobody was given, by what is wrong with them. */
const foreign: [string, (id: string) => string][] = [
  ['of another epoch', () => 'zzzzzzzz-1'],
  ['ahead of the head', id => `${epochOf(id)}-999999999`],
  ['beyond any number', id => `${epochOf(id)}-99999999999999999999999`],
  ['negative', id => `${epochOf(id)}--1`],
  ['without a number', id => epochOf(id)],
  ['nonsense', () => 'not a cursor; DROP TABLE message'],
  ['not ASCII', () => 'ключ-1'],
  ['far too long', () => 'a'.repeat(500)],
  ['a stop id cut short', () => 'stop'],
]

describe.each(transports)('resets over $name', ({ open }) => {
  test.for(foreign)('[C3] a cursor %s: gap `reset`, then everything kept', async ([, make], t) => {
    const channel = freshChannel()
    const id = await gateway().publish(channel, 1)
    await gateway().publish(channel, 2)
    const since = make(id)
    const subscriber = await open(t, gateway().url, { channels: channel, since })
    await subscriber.next('live')
    const types = subscriber.frames.map(frame => frame.type)
    expect(types).toEqual(['welcome', 'subscribed', 'gap', 'message', 'message', 'live'])
    expect(subscriber.frames[1]).toMatchObject({ recovered: false })
    expect(subscriber.frames[2]).toMatchObject({ reason: 'reset', requested: since, oldest: id })
    expect(dataOf(subscriber.frames)).toEqual([1, 2])
  })

  test('[W1] after a reset, `history` limits what follows', async t => {
    const channel = freshChannel()
    for (const number of range(1, 9)) await gateway().publish(channel, number)
    const subscriber = await open(t, gateway().url, { channels: channel, since: 'zzzzzzzz-1', history: 2 })
    await subscriber.next('live')
    expect(subscriber.frames[2]).toMatchObject({ type: 'gap', reason: 'reset' })
    expect(dataOf(subscriber.frames)).toEqual([8, 9])
  })

  test('[C3] a wiped log has a new epoch: old cursors get `reset`', async t => {
    const gateway = await startGateway(t, { config: { drain: '50ms' } })
    const first = await open(t, gateway.url, { channels: 'public:a' })
    await first.next('live')
    for (const number of range(1, 5)) await gateway.publish('public:a', number)
    await first.next({ data: 5 })
    await gateway.kill('SIGTERM')
    await rm(gateway.dataDir, { recursive: true })
    await gateway.restart()
    for (const number of range(11, 19)) await gateway.publish('public:a', number)
    const second = await first.resume()
    await second.next('live')
    expect(second.frames.find(frame => frame.type === 'gap')).toMatchObject({ reason: 'reset' })
    expect(dataOf(second.frames)).toEqual(range(11, 19))
  })

  test('[C3] a log restored from an older copy has a new epoch', async t => {
    const gateway = await startGateway(t, { config: { drain: '50ms' } })
    const copy = join(gateway.folder, 'copy')
    await gateway.publish('public:a', 1)
    await gateway.kill('SIGTERM')
    await cp(gateway.dataDir, copy, { recursive: true })
    await gateway.restart()
    const first = await open(t, gateway.url, { channels: 'public:a' })
    await first.next('live')
    await gateway.publish('public:a', 2)
    await first.next({ data: 2 })
    await gateway.kill('SIGTERM')
    await rm(gateway.dataDir, { recursive: true })
    await cp(copy, gateway.dataDir, { recursive: true })
    await gateway.restart()
    await gateway.publish('public:a', 'instead')
    await gateway.publish('public:a', 'more')
    const second = await first.resume()
    await second.next('live')
    expect(second.frames.find(frame => frame.type === 'gap')).toMatchObject({ reason: 'reset' })
    expect(dataOf(second.frames)).toEqual([1, 'instead', 'more'])
  })

  test('[C3] after a power loss that took the last commits, old cursors get `reset`', async t => {
    const gateway = await startGateway(t, { config: { drain: '50ms' } })
    const first = await open(t, gateway.url, { channels: 'public:a' })
    await first.next('live')
    for (const number of range(1, 9)) await gateway.publish('public:a', number)
    await first.next({ data: 9 })
    await gateway.kill('SIGKILL')
    losePower(gateway.dataDir)
    await gateway.restart()
    const kept = (await gateway.api('GET', '/api/channels/public%3Aa/messages')).json.messages!
    const keptData = kept.map(message => message.data)
    expect(keptData).toEqual(range(1, keptData.length))
    expect(keptData.length).toBeLessThan(9)
    const second = await first.resume()
    await second.next('live')
    expect(second.frames.find(frame => frame.type === 'gap')).toMatchObject({ reason: 'reset' })
    expect(dataOf(second.frames)).toEqual(keptData)
  })

  test('[C3] after a power loss that took nothing, nobody can know: old cursors get `reset` all the same', async t => {
    const gateway = await startGateway(t, { config: { drain: '50ms' } })
    const first = await open(t, gateway.url, { channels: 'public:a' })
    await first.next('live')
    await gateway.publish('public:a', 1)
    await first.next({ data: 1 })
    await gateway.kill('SIGKILL')
    bootAgain(gateway.dataDir)
    await gateway.restart()
    const second = await first.resume()
    await second.next('live')
    expect(second.frames.find(frame => frame.type === 'gap')).toMatchObject({ reason: 'reset' })
    expect(dataOf(second.frames)).toEqual([1])
  })

  test('[C3] with `durability: full` a power loss takes nothing, and cursors stay good', async t => {
    const gateway = await startGateway(t, { config: { durability: 'full', drain: '50ms' } })
    const first = await open(t, gateway.url, { channels: 'public:a' })
    await first.next('live')
    await gateway.publish('public:a', 1)
    await first.next({ data: 1 })
    await gateway.kill('SIGKILL')
    bootAgain(gateway.dataDir)
    await gateway.restart()
    await gateway.publish('public:a', 2)
    const second = await first.resume()
    await second.next('live')
    expect(second.frames.map(frame => frame.type)).not.toContain('gap')
    expect(dataOf(second.frames)).toEqual([2])
  })
})

/** The database as another boot of the machine finds it. */
function bootAgain(dataDir: string): void {
  const database = new DatabaseSync(join(dataDir, 'log.db'))
  database.exec("UPDATE meta SET boot_id = 'another boot'")
  database.close()
}

/** What was not yet synced is gone: the end of the write-ahead log, here its last three quarters. */
function losePower(dataDir: string): void {
  const wal = join(dataDir, 'log.db-wal')
  truncateSync(wal, statSync(wal).size / 4)
  bootAgain(dataDir)
}
