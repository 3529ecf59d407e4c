// Rows of channels that are written later than their messages: what is read of them is right all the same.

import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { expect, test } from 'vitest'
import type { Entry } from '../../gateway/core/log.ts'
import { entry, publish } from '../contract/log-publish.ts'
import { makeFolder, openLog } from './log-folder.ts'

/** No pass of retention, which would write them. */
const QUIET = { retentionEveryMs: 60_000 }

const counts = (dataDir: string): number[] => {
  const db = new SqliteDatabase(join(dataDir, 'log.db'))
  const found = db.prepare<[], number>('SELECT count FROM channel ORDER BY id').pluck().all()
  db.close()
  return found
}

function copyOf(dataDir: string): string {
  const copy = makeFolder()
  for (const file of ['log.db', 'log.db-wal']) copyFileSync(join(dataDir, file), join(copy, file))
  return copy
}

test('[R1] [N4] after a crash rows count what they had not counted yet', async () => {
  const dataDir = makeFolder()
  const log = await openLog(dataDir, QUIET)
  await publish(log, entry('a', 1), entry('b', 22), entry('a', 333))
  const crashed = copyOf(dataDir)
  // That the rows are late is what this test is about.
  expect(counts(copyOf(dataDir))).toEqual([0, 0])
  const again = await openLog(crashed, QUIET)
  expect(await again.channel('a')).toMatchObject({ messages: 2, bytes: 4 })
  expect(await again.channel('b')).toMatchObject({ messages: 1, bytes: 2 })
  expect(await again.figures()).toMatchObject({ messages: 3, bytes: 6 })
  await again.close()
  expect(counts(crashed)).toEqual([2, 1])
})

test('[R6] a group that fails takes nothing back of what others had published', async () => {
  const log = await openLog(makeFolder(), QUIET)
  await publish(log, entry('a'), entry('a'))
  const poison = { ...entry('a'), data: Symbol('no text') } as unknown as Entry
  const outcomes = await log.append([[entry('a')], [entry('a'), poison], [entry('a'), entry('b')]])
  expect(outcomes.map(({ ok }) => ok)).toEqual([true, false, true])
  expect(await log.channel('a')).toMatchObject({ messages: 4, bytes: 4 })
  expect(await log.channel('b')).toMatchObject({ messages: 1 })
  expect((await log.read([{ channel: 'a', after: 0 }], 100, 1000)).messages).toHaveLength(4)
})

test('rows are written before too many are late', async () => {
  const dataDir = makeFolder()
  const log = await openLog(dataDir, QUIET)
  for (let channel = 0; channel < 999; channel += 1) await publish(log, entry(`c${channel}`))
  expect(counts(copyOf(dataDir)).filter(count => count > 0)).toEqual([])
  await publish(log, entry('c999'), entry('c0'))
  const written = counts(copyOf(dataDir))
  expect([written.length, written[0], written.at(-1)]).toEqual([1000, 2, 1])
})

test('a log of the schema before is taken over', async () => {
  const dataDir = makeFolder()
  const log = await openLog(dataDir, QUIET)
  await publish(log, entry('a'), entry('b'), entry('a'))
  await log.close()
  const old = new SqliteDatabase(join(dataDir, 'log.db'))
  old.exec('ALTER TABLE meta DROP COLUMN figured_seq; PRAGMA user_version = 1')
  old.close()
  const again = await openLog(dataDir, QUIET)
  expect(again.epoch).toBe(log.epoch)
  await publish(again, entry('a'))
  expect(await again.channel('a')).toMatchObject({ messages: 3 })
  expect(await again.figures()).toMatchObject({ head: 4, messages: 4 })
})
