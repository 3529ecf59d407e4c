// Copies of a log: what they refuse to be made over, and what is refused as one.

import { readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { expect, it } from 'vitest'
import { backUp } from '../../gateway/log/backup.ts'
import { LogUnusable } from '../../gateway/log/log-unusable.ts'
import { restore } from '../../gateway/log/restore.ts'
import { entry, publish } from '../contract/log-publish.ts'
import { makeFolder, openLog } from './log-folder.ts'

const now = new Date('2026-05-06T07:08:09Z')
const onProgress = () => {}

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => new Error('it was done'),
    (refused: Error) => refused,
  )
  expect(error).toBeInstanceOf(LogUnusable)
  expect(error.message).not.toContain('\n')
  return error.message
}

/** A log of 500 messages, stopped, and a copy of it. */
async function makeBackup() {
  const dataDir = makeFolder()
  const log = await openLog(dataDir)
  await publish(log, ...Array.from({ length: 500 }, () => entry('a', `"${'x'.repeat(500)}"`)))
  const target = join(makeFolder(), 'copy')
  const told: number[] = []
  await backUp({ dataDir, target, force: false, onProgress: (done, total) => told.push(done / total) })
  expect(told[0]).toBe(0)
  const { epoch } = log
  await log.close()
  return { dataDir, target, epoch }
}

it('[C3] a copy is one file, readable by its owner only, and restores as a log of another epoch', async () => {
  const { dataDir, target, epoch } = await makeBackup()
  expect(readdirSync(join(target, '..'))).toEqual(['copy'])
  expect(statSync(target).mode & 0o777).toBe(0o600)
  const elsewhere = join(makeFolder(), 'new', 'data')
  expect(await restore({ dataDir: elsewhere, source: target, now, onProgress })).toBeNull()
  const log = await openLog(elsewhere)
  expect([log.head, log.epoch === epoch]).toEqual([500, false])
  const kept = await restore({ dataDir, source: target, now, onProgress })
  expect(kept).toBe(join(dataDir, 'log.db.before-restore-2026-05-06T07-08-09-000Z'))
  const again = await openLog(dataDir)
  expect([again.head, again.epoch === epoch]).toEqual([500, false])
})

it('[C3] a log put back as it was, to the byte, has a new epoch too: somebody may have read on meanwhile', async () => {
  const { dataDir, target, epoch } = await makeBackup()
  await restore({ dataDir, source: target, now, onProgress })
  // As a file system without times of birth would have it: the same file, as far as anyone can tell.
  const db = new SqliteDatabase(join(dataDir, 'log.db'))
  const { ino, birthtimeNs } = statSync(join(dataDir, 'log.db'), { bigint: true })
  db.prepare('UPDATE meta SET file_id = ?').run(`${ino}-${birthtimeNs}`)
  db.close()
  expect((await openLog(dataDir)).epoch).not.toBe(epoch)
})

it('[C3] where a restore was killed between the old log and the new one, none begins anew in silence', async () => {
  const { dataDir, target } = await makeBackup()
  const path = join(dataDir, 'log.db')
  renameSync(path, `${path}.before-restore-x`)
  writeFileSync(`${path}-wal`, 'of the old log')
  writeFileSync(`${path}.restoring`, 'half a copy')
  expect(await refusal(openLog(dataDir))).toMatch(/interrupted: run it again/)
  await restore({ dataDir, source: target, now, onProgress })
  expect((await openLog(dataDir)).head).toBe(500)
})

it('a file that is there is replaced only by force', async () => {
  const { dataDir } = await makeBackup()
  const target = join(makeFolder(), 'diary')
  writeFileSync(target, 'mine')
  expect(await refusal(backUp({ dataDir, target, force: false, onProgress }))).toMatch(
    /there already.*--force/,
  )
  expect(readFileSync(target, 'utf8')).toBe('mine')
  await backUp({ dataDir, target, force: true, onProgress })
  expect(readFileSync(target).subarray(0, 6).toString()).toBe('SQLite')
})

it('a copy that cannot be made leaves nothing behind', async () => {
  const { dataDir } = await makeBackup()
  const folder = makeFolder()
  expect(
    await refusal(backUp({ dataDir: folder, target: join(folder, 'x'), force: false, onProgress })),
  ).toContain('There is no log in')
  const nowhere = join(folder, 'no', 'such', 'folder')
  await refusal(backUp({ dataDir, target: nowhere, force: false, onProgress }))
  await refusal(backUp({ dataDir, target: folder, force: true, onProgress }))
  expect(readdirSync(folder)).toEqual([])
})

it('a log with a damaged page is not passed off as a backup', async () => {
  const { dataDir, target } = await makeBackup()
  const path = join(dataDir, 'log.db')
  const bytes = readFileSync(path)
  writeFileSync(path, bytes.fill(0xff, bytes.length / 2, bytes.length / 2 + 20_000))
  expect(await refusal(backUp({ dataDir, target, force: true, onProgress }))).toContain('damaged')
  expect(readdirSync(join(target, '..'))).toEqual(['copy'])
})

it('[C3] what is no sound backup is refused, and the log stays as it was', async () => {
  const { dataDir, target, epoch } = await makeBackup()
  const before = readdirSync(dataDir)
  const file = (content: Buffer | string): string => {
    const path = join(makeFolder(), 'backup')
    writeFileSync(path, content)
    return path
  }
  const sound = readFileSync(target)
  const foreign = join(makeFolder(), 'foreign')
  new SqliteDatabase(foreign).exec('CREATE TABLE other (x)').close()
  const newer = file(sound)
  const db = new SqliteDatabase(newer)
  db.pragma('user_version = 9999')
  db.close()
  const cases: [string, RegExp][] = [
    [file(Buffer.from(sound).fill(0xff, sound.length / 2, sound.length / 2 + 20_000)), /damaged/],
    [file(sound.subarray(0, sound.length / 2)), /malformed|damaged/],
    [file('Dear diary, today I was not a database.'), /not a database/],
    [file(''), /not a log of this program/],
    [foreign, /not a log of this program/],
    [newer, /newer version/],
    [makeFolder(), /./],
    [join(makeFolder(), 'nothing'), /There is no backup/],
  ]
  for (const [source, says] of cases) {
    expect(await refusal(restore({ dataDir, source, now, onProgress }))).toMatch(says)
    expect(readdirSync(dataDir)).toEqual(before)
  }
  const log = await openLog(dataDir)
  expect([log.epoch, log.head]).toEqual([epoch, 500])
  expect(await refusal(restore({ dataDir, source: target, now, onProgress }))).toMatch(
    new RegExp(`in use by another gateway \\(process ${process.pid}\\); stop it`),
  )
})
