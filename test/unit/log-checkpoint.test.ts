// The write-ahead log stays short, whoever gets to shorten it.

import { statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { Checkpointer } from '../../gateway/log/checkpoint.ts'
import { entry } from '../contract/log-publish.ts'
import { makeFolder, openLog } from './log-folder.ts'

const MAX_WAL_BYTES = 4 * 1024 * 1024
const DATA = `"${'x'.repeat(4000)}"`
const batch = () => [Array.from({ length: 16 }, (_, n) => entry(`c${n}`, DATA))]

it('keeps the WAL under its cap while the event loop is never free', async () => {
  const dataDir = makeFolder()
  const log = await openLog(dataDir, { maxWalBytes: MAX_WAL_BYTES })
  // 16 MB in all; awaiting alone never lets the worker's answers in.
  for (let i = 0; i < 250; i++) await log.append(batch())
  expect(statSync(join(dataDir, 'log.db-wal')).size).toBeLessThan(2 * MAX_WAL_BYTES)
  await log.close()
  expect((await openLog(dataDir)).head).toBe(4000)
})

it('keeps the WAL short with the worker', async () => {
  const dataDir = makeFolder()
  const log = await openLog(dataDir, { maxWalBytes: MAX_WAL_BYTES })
  for (let i = 0; i < 250; i++) {
    await log.append(batch())
    await new Promise(setImmediate)
  }
  expect(statSync(join(dataDir, 'log.db-wal')).size).toBeLessThan(2 * MAX_WAL_BYTES)
  await log.close()
  expect((await openLog(dataDir)).head).toBe(4000)
})

it('makes commits wait while the worker holds a WAL that has outgrown its cap', async () => {
  const dataDir = makeFolder()
  await openLog(dataDir)
  // Nobody else gets to shorten it meanwhile.
  const held = { pragma: () => [{ busy: 1, log: 0, checkpointed: 0 }] }
  const checkpointer = new Checkpointer(held, join(dataDir, 'log.db'), MAX_WAL_BYTES)
  checkpointer.committed(MAX_WAL_BYTES / 2, 1)
  expect(checkpointer.untilShort()).toBeNull()
  checkpointer.committed(MAX_WAL_BYTES, 1)
  const short = checkpointer.untilShort()
  expect(short).not.toBeNull()
  // One wait has its limit; all of them end with the answer of the worker.
  for (let wait = short; wait !== null; wait = checkpointer.untilShort()) await wait
  await checkpointer.close()
})

/** The next commit has to wait until this is resolved. */
function holdNextCommit(): PromiseWithResolvers<void> {
  const short = Promise.withResolvers<void>()
  const held = vi.spyOn(Checkpointer.prototype, 'untilShort').mockReturnValueOnce(short.promise)
  onTestFinished(() => held.mockRestore())
  return short
}

it('commits what has to wait only once the WAL is short', async () => {
  const log = await openLog(makeFolder())
  const short = holdNextCommit()
  const appended = log.append(batch())
  await new Promise(setImmediate)
  expect(log.head).toBe(0)
  short.resolve()
  await appended
  expect(log.head).toBe(16)
})

it('refuses what waited when the log was closed meanwhile', async () => {
  const dataDir = makeFolder()
  const log = await openLog(dataDir)
  const short = holdNextCommit()
  const refused = expect(log.append(batch())).rejects.toThrow('The log is closed.')
  await log.close()
  short.resolve()
  await refused
  expect((await openLog(dataDir)).head).toBe(0)
})
