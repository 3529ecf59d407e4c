// The price of `durability: full`: `npm run bench:durability`. Commits to a log on this disk both ways, in turns, and
// prints what one takes. Knows no gateway and no connections.
//
//   --seconds 1   how long each round lasts   --rounds 5   --dir FOLDER   a folder on the disk to measure (here)

import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openSqliteLog } from '../gateway/log/sqlite.ts'
import type { SqliteLog } from '../gateway/log/sqlite-log.ts'
import { figureOf } from './figures.ts'
import { MESSAGE_BYTES } from './message-text.ts'

const BATCHES = [1, 10, 100]
const DURABILITIES = ['normal', 'full'] as const
const DATA = JSON.stringify('x'.repeat(MESSAGE_BYTES - 2))

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '5' },
    dir: { type: 'string', default: '.' },
  },
})

/** Commits batches one after the other; returns the mean time of one, in µs. */
async function measure(log: SqliteLog, batch: number): Promise<number> {
  const group = Array.from({ length: batch }, () => ({ channel: 'bench', data: DATA, stored: true }))
  const startedAt = performance.now()
  const end = startedAt + Number(values.seconds) * 1000
  let commits = 0
  for (; performance.now() < end; commits += 1) {
    await log.append([group])
    // As in the gateway, where each tick has a turn of its own.
    await new Promise(setImmediate)
  }
  return ((performance.now() - startedAt) * 1000) / commits
}

const folder = await mkdtemp(join(values.dir, 'durability-'))
try {
  const logs = new Map<string, SqliteLog>()
  for (const durability of DURABILITIES) {
    const retention = () => ({ messages: 10_000, ageMs: 3_600_000 })
    const dataDir = join(folder, durability)
    logs.set(
      durability,
      await openSqliteLog({ dataDir, durability, retention, maxBytes: 1024 ** 3, clock: Date.now }),
    )
  }
  process.stdout.write(
    `${MESSAGE_BYTES}-byte messages, ${values.rounds} rounds, µs a commit: median (lowest–highest)\n`,
  )
  for (const batch of BATCHES) {
    const micros = new Map<string, number[]>(DURABILITIES.map(durability => [durability, []]))
    for (let round = 0; round < Number(values.rounds); round += 1) {
      for (const [durability, log] of logs) micros.get(durability)!.push(await measure(log, batch))
    }
    for (const [durability, found] of micros) {
      const { median, min, max } = figureOf(found)
      const each = (median / batch).toFixed(1)
      process.stdout.write(
        `${String(batch).padStart(4)} a commit   ${durability.padEnd(6)} ${median.toFixed(0).padStart(7)} (${min.toFixed(0)}–${max.toFixed(0)})   ${each} a message\n`,
      )
    }
  }
  for (const log of logs.values()) await log.close()
} finally {
  await rm(folder, { recursive: true, force: true })
}
