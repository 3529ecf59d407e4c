// What a failed write leaves behind: nothing.

import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { expect, it, onTestFinished } from 'vitest'
import type { Entry, Message } from '../../gateway/core/log.ts'
import type { Fault } from '../../gateway/log/fault.ts'
import { entry, eventually, publish } from '../contract/log-publish.ts'
import { makeFolder, openLog } from './log-folder.ts'

// What no validation would let through: the log must bear it all the same.
const POISON = { ...entry('poisoned'), data: Symbol('no text') } as unknown as Entry

it('[R6] a group that cannot be written fails alone and leaves no trace', async () => {
  const dataDir = makeFolder()
  const log = await openLog(dataDir)
  const told: Message[] = []
  log.follow({ appended: messages => told.push(...messages), removed: () => {} })
  const key = { idempotency: { scope: 's', key: 'k' } }
  const outcomes = await log.append([
    [entry('a', 1)],
    [entry('a', 2), entry('new', 3, key), POISON],
    [entry('a', 4), entry('new', 5, key)],
    [POISON],
  ])
  expect(
    outcomes.map(outcome => (outcome.ok ? outcome.entries.map(({ seq }) => seq) : outcome.error.name)),
  ).toEqual([[1], 'TypeError', [2, 3], 'TypeError'])
  expect(told.map(({ seq, data }) => `${seq}:${data}`)).toEqual(['1:1', '2:4', '3:5'])
  expect(log.writable).toBe(true)
  expect(await log.channel('poisoned')).toBeNull()
  await log.close()
  const again = await openLog(dataDir)
  expect(await again.figures()).toMatchObject({ head: 3, messages: 3, bytes: 3 })
  expect((await again.channel('a'))?.messages).toBe(2)
})

it('[H1] [C4] a log that cannot be written refuses everything at once, and recovers by itself', async () => {
  const dataDir = makeFolder()
  const faults: Fault['state'][] = []
  const log = await openLog(dataDir, { onFault: ({ state }) => faults.push(state) })
  await publish(log, entry('a'))
  const told: Message[] = []
  log.follow({ appended: messages => told.push(...messages), removed: () => {} })
  const stranger = new SqliteDatabase(join(dataDir, 'log.db'), { timeout: 0 })
  onTestFinished(() => {
    stranger.close()
  })
  stranger.exec('BEGIN IMMEDIATE')
  await expect(log.append([[entry('a')], [entry('b')]])).rejects.toThrow(/locked|busy/)
  await expect(log.purge('a')).rejects.toThrow(/locked|busy/)
  expect([log.writable, log.head, told.length, ...faults]).toEqual([false, 1, 0, 'failed'])
  expect(await log.append([[entry('e', 1, { stored: false })]])).toEqual([
    { ok: true, entries: [{ seq: null, duplicate: false }] },
  ])
  expect((await log.read([{ channel: 'a', after: 0 }], 9, 99)).messages).toHaveLength(1)
  stranger.exec('ROLLBACK')
  await eventually(async () => log.writable)
  expect(faults).toEqual(['failed', 'recovered'])
  expect(await publish(log, entry('b'))).toEqual([2])
})

it('a publish that works says at once that the log can be written', async () => {
  const dataDir = makeFolder()
  const faults: Fault['state'][] = []
  const log = await openLog(dataDir, { onFault: ({ state }) => faults.push(state) })
  const stranger = new SqliteDatabase(join(dataDir, 'log.db'), { timeout: 0 })
  stranger.exec('BEGIN IMMEDIATE')
  await expect(publish(log, entry('a'))).rejects.toThrow()
  stranger.close()
  expect(await publish(log, entry('a'))).toEqual([1])
  expect([log.writable, ...faults]).toEqual([true, 'failed', 'recovered'])
})
