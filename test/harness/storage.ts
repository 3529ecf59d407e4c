// Ways in which a disk lets a running gateway down, and their ends. Knows files and processes, no gateway internals.

import { execFileSync } from 'node:child_process'
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, rmdir, statfs, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Gateway } from './gateway.ts'
import type { Scope } from './scope.ts'

/** Ends the fault. */
export type Mend = () => Promise<void>

/** A disk of 8 MiB, gone when the scope ends. Mounting needs root. */
export async function mountSmallDisk(scope: Scope): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'twinwire-disk-'))
  scope.onTestFinished(() => rm(folder, { recursive: true, force: true }))
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', folder])
  scope.onTestFinished(() => execFileSync('umount', ['-l', folder]))
  return folder
}

/** Takes all the space that is left; returns the file to remove. */
export async function fill(folder: string): Promise<string> {
  const file = join(folder, 'ballast')
  const { bavail, bsize } = await statfs(folder)
  await writeFile(file, Buffer.alloc(bavail * bsize))
  return file
}

/** Every write to a file fails: Linux answers EFBIG, which SQLite reports as an I/O error. */
export async function failWrites(_scope: Scope, { pid }: Gateway): Promise<Mend> {
  const limit = (bytes: string) => {
    execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`])
  }
  limit('0')
  return async () => {
    limit('unlimited')
  }
}

/** Another process holds the write lock, as a backup tool or a person with a shell might. */
export async function lockDatabase(scope: Scope, { dataDir }: Gateway): Promise<Mend> {
  const stranger = new DatabaseSync(join(dataDir, 'log.db'))
  stranger.exec('BEGIN EXCLUSIVE')
  scope.onTestFinished(() => {
    if (stranger.isOpen) stranger.close()
  })
  return async () => stranger.close()
}

/** The files can no longer be changed: what root sees of a file system that turned read-only. Needs root and ext4. */
export async function freezeFiles(scope: Scope, { dataDir }: Gateway): Promise<Mend> {
  const files = ['log.db', 'log.db-wal'].map(name => join(dataDir, name))
  const change = (flag: string) => {
    execFileSync('chattr', [flag, ...files])
  }
  change('+i')
  // Whatever the test comes to: nobody else could remove them.
  scope.onTestFinished(() => change('-i'))
  return async () => change('-i')
}

/** Moves a file of the data folder away, and back. */
export function pullAway(name: string) {
  return async (scope: Scope, { dataDir }: Gateway): Promise<Mend> => {
    const path = join(dataDir, name)
    const away = `${path}.away`
    await rename(path, away)
    scope.onTestFinished(() => rm(away, { force: true }))
    return () => rename(away, path)
  }
}

/** Puts another file in the place of one, and then the first one back. */
export function putInPlaceOf(name: string) {
  return async (scope: Scope, { dataDir }: Gateway): Promise<Mend> => {
    const mend = await pullAway(name)(scope, { dataDir } as Gateway)
    await writeFile(join(dataDir, name), 'something else')
    return async () => {
      await unlink(join(dataDir, name))
      await mend()
    }
  }
}

/** Moves the whole data folder away; somebody has made an empty one in its place. */
export async function moveFolder(scope: Scope, { dataDir }: Gateway): Promise<Mend> {
  const away = `${dataDir}.away`
  await rename(dataDir, away)
  scope.onTestFinished(() => rm(away, { recursive: true, force: true }))
  await mkdir(dataDir)
  return async () => {
    await rmdir(dataDir)
    await rename(away, dataDir)
  }
}

/** Overwrites the middle of a file with nonsense, in place, from and to a share of its length. */
export function damageFile(path: string, from: number, to: number): Mend {
  const before = readFileSync(path)
  const [start, end] = [from, to].map(share => Math.floor((before.length * share) / 4096) * 4096) as [
    number,
    number,
  ]
  overwrite(path, Buffer.alloc(end - start, 0xff), start)
  return async () => overwrite(path, before.subarray(start, end), start)
}

function overwrite(path: string, bytes: Buffer, at: number): void {
  const file = openSync(path, 'r+')
  writeSync(file, bytes, 0, bytes.length, at)
  fsyncSync(file)
  closeSync(file)
}
