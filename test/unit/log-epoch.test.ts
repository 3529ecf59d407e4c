// When a log stays the same log, and when it gets a new epoch.

import { spawnSync } from 'node:child_process'
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { entry, publish } from '../contract/log-publish.ts'
import { makeFolder, openLog } from './log-folder.ts'

const DATABASE = ['log.db', 'log.db-wal', 'log.db-shm']

/** Copies a folder as a kill would leave it: nothing was closed. The copy's files are other files, as after a restore. */
function copyFiles(from: string, to: string, names: readonly string[]): void {
  for (const name of names) {
    rmSync(join(to, name), { force: true })
    try {
      copyFileSync(join(from, name), join(to, name))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
}

/** Overwrites in place, as `cp` does: the files stay the same files. */
function overwriteFiles(from: string, to: string): void {
  for (const name of DATABASE) writeFileSync(join(to, name), readFileSync(join(from, name)))
}

it('[C1] [C3] seq and epoch survive clean restarts, under any boot', async () => {
  const dataDir = makeFolder()
  const first = await openLog(dataDir, { bootId: 'one' })
  await publish(first, entry('a'), entry('a'))
  await first.close()
  const second = await openLog(dataDir, { bootId: 'two' })
  expect([second.epoch, second.head]).toEqual([first.epoch, 2])
  await second.purge('a')
  await publish(second, entry('b'))
  await second.remove('b', 3)
  await second.close()
  const third = await openLog(dataDir, { bootId: 'two' })
  expect([third.epoch, third.head]).toEqual([first.epoch, 3])
  expect(await publish(third, entry('a'))).toEqual([4])
  expect((await third.read([{ channel: 'a', after: 0 }], 9, 999)).channels[0]!.trimmed).toBe(2)
})

it('[C3] a wiped log has a new epoch', async () => {
  const dataDir = makeFolder()
  const first = await openLog(dataDir)
  await first.close()
  for (const name of DATABASE) rmSync(join(dataDir, name), { force: true })
  expect((await openLog(dataDir)).epoch).not.toBe(first.epoch)
})

it('[C3] a lost mark means a new epoch', async () => {
  const dataDir = makeFolder()
  const first = await openLog(dataDir)
  await first.close()
  rmSync(join(dataDir, 'log.mark'))
  expect((await openLog(dataDir)).epoch).not.toBe(first.epoch)
})

it('[C3] an older copy of the database, put back in place, has a new epoch', async () => {
  const dataDir = makeFolder()
  const backup = makeFolder()
  const first = await openLog(dataDir)
  await publish(first, entry('a'))
  await first.close()
  copyFiles(dataDir, backup, ['log.db'])
  const second = await openLog(dataDir)
  expect(second.epoch).toBe(first.epoch)
  await second.close()
  copyFileSync(join(backup, 'log.db'), join(dataDir, 'log.db'))
  const third = await openLog(dataDir)
  expect(third.epoch).not.toBe(first.epoch)
  expect((await third.read([{ channel: 'a', after: 0 }], 9, 999)).messages).toHaveLength(1)
})

it('[C3] a folder put back from a copy of itself has a new epoch', async () => {
  const dataDir = makeFolder()
  const backup = makeFolder()
  const first = await openLog(dataDir)
  await publish(first, entry('a'))
  await first.close()
  copyFiles(dataDir, backup, ['log.db', 'log.mark'])
  const second = await openLog(dataDir)
  await publish(second, entry('a'))
  await second.close()
  copyFiles(backup, dataDir, [...DATABASE, 'log.mark'])
  expect((await openLog(dataDir)).epoch).not.toBe(first.epoch)
})

it('[C3] a copy taken while the gateway ran has a new epoch, though it holds the same messages', async () => {
  const dataDir = makeFolder()
  const backup = makeFolder()
  const first = await openLog(dataDir)
  await publish(first, entry('a'))
  copyFiles(dataDir, backup, DATABASE)
  await first.purge('a')
  await first.close()
  overwriteFiles(backup, dataDir)
  const second = await openLog(dataDir)
  expect([second.epoch === first.epoch, second.head]).toEqual([false, 1])
})

it('[C3] a copy of the run that crashed has a new epoch: it lacks messages that were answered', async () => {
  const dataDir = makeFolder()
  const backup = makeFolder()
  const { stdout } = runUntilKilled(
    dataDir,
    'normal',
    `
    for (const name of ${JSON.stringify(DATABASE)}) cpSync(join(process.argv[1], name), join('${backup}', name))
    await log.append([[{ channel: 'a', data: '2', stored: true }]])`,
  )
  overwriteFiles(backup, dataDir)
  const log = await openLog(dataDir, { bootId: 'one' })
  expect([log.epoch === stdout, log.head]).toEqual([false, 1])
})

/** A process that opens the log, appends once, does what it is told and dies; it prints its epoch. */
function runUntilKilled(dataDir: string, durability: string, more = '') {
  const script = `
    import { cpSync } from 'node:fs'
    import { join } from 'node:path'
    import { openSqliteLog } from ${JSON.stringify(join(import.meta.dirname, '../../gateway/log/sqlite.ts'))}
    const log = await openSqliteLog({ dataDir: process.argv[1], durability: '${durability}', maxBytes: 1e9,
      retention: () => ({ messages: 9, ageMs: 1e9 }), clock: Date.now, bootId: 'one' })
    await log.append([[{ channel: 'a', data: '1', stored: true }]])
    ${more}
    process.stdout.write(log.epoch)
    process.kill(process.pid, 'SIGKILL')`
  const args = ['--input-type=module', '-e', script, dataDir]
  const ended = spawnSync(process.execPath, args, { encoding: 'utf8' })
  expect(ended.stdout).toMatch(/^[a-z0-9]{8}$/)
  return ended
}

for (const { durability, reboot, isKept } of [
  { durability: 'normal', reboot: false, isKept: true },
  { durability: 'normal', reboot: true, isKept: false },
  { durability: 'full', reboot: true, isKept: true },
] as const) {
  const what = `${reboot ? 'a reboot' : 'no reboot'} and durability ${durability}`
  it(`[C3] an unclean stop with ${what} ${isKept ? 'keeps the epoch' : 'gives a new epoch'}`, async () => {
    const dataDir = makeFolder()
    const { stdout } = runUntilKilled(dataDir, durability)
    const log = await openLog(dataDir, { bootId: reboot ? 'two' : 'one' })
    expect([log.epoch === stdout, log.head]).toEqual([isKept, 1])
  })
}
