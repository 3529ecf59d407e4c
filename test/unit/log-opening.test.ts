// Data folders that cannot be used: said in one line, and left as they were.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { expect, it } from 'vitest'
import { LogUnusable } from '../../gateway/log/log-unusable.ts'
import { SCHEMA_VERSION } from '../../gateway/log/migrations.ts'
import { entry, publish } from '../contract/log-publish.ts'
import { makeFolder, openLog } from './log-folder.ts'

async function refusal(dataDir: string): Promise<string> {
  const error = await openLog(dataDir).then(
    () => new Error('it was opened'),
    (refused: Error) => refused,
  )
  expect(error).toBeInstanceOf(LogUnusable)
  expect(error.message).not.toContain('\n')
  return error.message
}

it('refuses a second gateway on the folder, and lets it in after the first', async () => {
  const dataDir = makeFolder()
  const first = await openLog(dataDir)
  expect(await refusal(dataDir)).toContain('in use by another gateway')
  expect(await publish(first, entry('a'))).toEqual([1])
  await first.close()
  expect(await publish(await openLog(dataDir), entry('a'))).toEqual([2])
})

it('refuses a file that is not a database', async () => {
  const dataDir = makeFolder()
  const path = join(dataDir, 'log.db')
  writeFileSync(path, 'these are my notes, and nobody else’s')
  expect(await refusal(dataDir)).toContain('is not a database')
  expect(readFileSync(path, 'utf8')).toBe('these are my notes, and nobody else’s')
})

it('refuses a database of another program', async () => {
  const dataDir = makeFolder()
  const path = join(dataDir, 'log.db')
  new SqliteDatabase(path).exec('CREATE TABLE other (x)').close()
  const before = readFileSync(path)
  expect(await refusal(dataDir)).toContain("another program's database")
  expect(readFileSync(path).equals(before)).toBe(true)
})

it('refuses a database newer than the program, with and without a hot WAL', async () => {
  const dataDir = makeFolder()
  const path = join(dataDir, 'log.db')
  await (await openLog(dataDir)).close()
  const newer = new SqliteDatabase(path)
  newer.pragma(`user_version = ${SCHEMA_VERSION + 1}`)
  const hot = readFileSync(path)
  expect(await refusal(dataDir)).toContain('newer version')
  expect(readFileSync(path).equals(hot)).toBe(true)
  newer.close()
  const before = readFileSync(path)
  expect(await refusal(dataDir)).toContain('newer version')
  expect(readFileSync(path).equals(before)).toBe(true)
})

it('refuses a damaged database', async () => {
  const dataDir = makeFolder()
  const path = join(dataDir, 'log.db')
  await (await openLog(dataDir)).close()
  const damaged = readFileSync(path)
  damaged.fill(0xff, 100, 2000)
  writeFileSync(path, damaged)
  expect(await refusal(dataDir)).toContain('is damaged')
  expect(readFileSync(path).equals(damaged)).toBe(true)
})

it('refuses a folder that cannot be one', async () => {
  const parent = makeFolder()
  writeFileSync(join(parent, 'file'), '')
  expect(await refusal(join(parent, 'file'))).toContain('cannot be made')
  expect(await refusal(join(parent, 'file', 'data'))).toContain('cannot be made')
  mkdirSync(join(parent, 'data', 'log.lock'), { recursive: true })
  expect(await refusal(join(parent, 'data'))).toContain('cannot be written')
  mkdirSync(join(parent, 'more', 'log.db'), { recursive: true })
  expect(await refusal(join(parent, 'more'))).toContain('is not a file')
})

it('makes the folder when it is not there yet', async () => {
  const log = await openLog(join(makeFolder(), 'deep', 'data'))
  expect(await publish(log, entry('a'))).toEqual([1])
})

it('closing twice is harmless, and a closed log says so', async () => {
  const log = await openLog(makeFolder())
  await Promise.all([log.close(), log.close()])
  await expect(publish(log, entry('a'))).rejects.toThrow('The log is closed.')
  await expect(log.read([], 1, 1)).rejects.toThrow('The log is closed.')
})

it('warns when the newest message lies in the future, because a clock was wrong', async () => {
  const dataDir = makeFolder()
  const warnings: string[] = []
  const onWarning = (message: string) => warnings.push(message)
  const far = await openLog(dataDir, { clock: () => 4_102_444_800_000, onWarning })
  await publish(far, entry('a'))
  await far.close()
  expect(warnings).toEqual([])
  await openLog(dataDir, { clock: () => 1_800_000_000_000, onWarning })
  expect(warnings).toEqual([expect.stringContaining('days in the future')])
})
