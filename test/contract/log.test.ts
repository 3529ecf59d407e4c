// Runs the log's contract over SQLite and over the log in memory.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteLog } from '../../gateway/log/sqlite.ts'
import { MemoryLog } from '../memory-log.ts'
import { describeLog, type LogSetting } from './log-contract.ts'

const START = Date.UTC(2026, 0, 1)

describeLog('SqliteLog', async (setting: LogSetting) => {
  let now = START
  const dataDir = mkdtempSync(join(tmpdir(), 'twinwire-log-'))
  const log = await openSqliteLog({
    ...setting,
    dataDir,
    durability: 'normal',
    clock: () => now,
    retentionEveryMs: 2,
  })
  return {
    log,
    advance: ms => {
      now += ms
    },
    close: async () => {
      await log.close()
      rmSync(dataDir, { recursive: true })
    },
  }
})

describeLog('MemoryLog', async (setting: LogSetting) => {
  let now = START
  const log = new MemoryLog({ ...setting, clock: () => now })
  return {
    log,
    advance: ms => {
      now += ms
    },
    close: () => log.close(),
  }
})
