// The write-ahead log as a kill in the middle of a write, or a disk, may leave it: torn, or with bytes that are not its own.

import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { entry, publish } from '../contract/log-publish.ts'
import { seededRandom } from '../harness/seed.ts'
import { makeFolder, openLog } from './log-folder.ts'

const ROUNDS = 15
const COMMITS = 40
const FRAME_BYTES = 24 + 4096

interface Recording {
  dataDir: string
  epoch: string
  /** The files as a kill would have left them after the last commit. */
  files: Map<string, Buffer>
  /** How long the write-ahead log was after each commit, by seq; only those that made it longer. */
  ends: Map<number, number>
}

async function record(): Promise<Recording> {
  const dataDir = makeFolder()
  const log = await openLog(dataDir, { bootId: 'one' })
  const wal = join(dataDir, 'log.db-wal')
  const ends = new Map<number, number>()
  // It starts over after the checkpoint of the start: the first commits overwrite what is in it.
  for (let seq = 1, size = statSync(wal).size; ends.size < COMMITS; seq += 1) {
    await publish(log, entry('a', `"${'x'.repeat(seq * 97)}"`))
    const grown = statSync(wal).size
    if (grown > size) ends.set(seq, grown)
    size = grown
  }
  const names = ['log.db', 'log.db-wal', 'log.mark']
  const files = new Map(names.map(name => [name, readFileSync(join(dataDir, name))]))
  const { epoch } = log
  await log.close()
  return { dataDir, epoch, files, ends }
}

/** Opens what the kill left, the write-ahead log spoilt. The files stay the same files, as they do in a crash. */
async function reopen({ dataDir, files }: Recording, spoil: (wal: Buffer) => Buffer) {
  rmSync(join(dataDir, 'log.db-shm'), { force: true })
  for (const [name, content] of files) {
    writeFileSync(join(dataDir, name), name.endsWith('-wal') ? spoil(content) : content)
  }
  const log = await openLog(dataDir, { bootId: 'one' })
  const { messages } = await log.page({ channel: 'a', limit: 1000 })
  const seqs = messages.map(({ seq }) => seq)
  const [next] = await publish(log, entry('a'))
  await log.close()
  return { epoch: log.epoch, seqs, next }
}

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1)

/** A place in the part of the log whose commits are known, and the last commit that lies before it. */
function choose({ ends }: Recording, random: () => number): { at: number; last: number } {
  const [first, ...rest] = [...ends]
  const at = Math.floor(first![1] + random() * (rest.at(-1)![1] - first![1]))
  return { at, last: [...ends].findLast(([, end]) => end <= at)![0] }
}

it('[R1] [C3] a commit torn anywhere is not there, every one before it is; what was acknowledged and is lost changes the epoch', async () => {
  const random = seededRandom()
  const recording = await record()
  for (let round = 0; round < ROUNDS; round += 1) {
    const { at, last } = choose(recording, random)
    const { seqs, next, epoch } = await reopen(recording, wal => wal.subarray(0, at))
    expect(seqs, `cut at ${at}`).toEqual(upTo(last))
    expect(next).toBe(last + 1)
    expect(epoch).not.toBe(recording.epoch)
  }
})

it('[R1] [C3] a flipped byte ends the log at the commit before it, with a new epoch', async () => {
  const random = seededRandom()
  const recording = await record()
  for (let round = 0; round < ROUNDS; round += 1) {
    const { at, last } = choose(recording, random)
    const { seqs, epoch } = await reopen(recording, wal => {
      const bytes = Buffer.from(wal)
      bytes[at] = bytes[at]! ^ (1 << (random() * 8))
      return bytes
    })
    expect(seqs, `flipped at ${at}`).toEqual(upTo(last))
    expect(epoch).not.toBe(recording.epoch)
  }
})

it('[R1] [C1] bytes after the last commit that are none of it are passed over, and the epoch stays', async () => {
  const random = seededRandom()
  const recording = await record()
  const last = [...recording.ends.keys()].at(-1)!
  for (let round = 0; round < ROUNDS; round += 1) {
    const length = 1 + Math.floor(random() * 2 * FRAME_BYTES)
    const garbage = Buffer.from(Array.from({ length }, () => random() * 256))
    const { seqs, next, epoch } = await reopen(recording, wal => Buffer.concat([wal, garbage]))
    expect(seqs).toEqual(upTo(last))
    expect([next, epoch]).toEqual([last + 1, recording.epoch])
  }
})
