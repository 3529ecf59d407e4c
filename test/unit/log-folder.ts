// A data folder of a test, and logs opened on it: closed and removed at teardown.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { SqliteLogOptions } from '../../gateway/log/options.ts'
import { openSqliteLog } from '../../gateway/log/sqlite.ts'
import type { SqliteLog } from '../../gateway/log/sqlite-log.ts'

const DAY_MS = 24 * 60 * 60 * 1000

export function makeFolder(): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'twinwire-log-'))
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }))
  return dataDir
}

export async function openLog(dataDir: string, more: Partial<SqliteLogOptions> = {}): Promise<SqliteLog> {
  const log = await openSqliteLog({
    dataDir,
    durability: 'normal',
    maxBytes: 1024 ** 3,
    retention: () => ({ messages: 1000, ageMs: DAY_MS }),
    clock: Date.now,
    ...more,
  })
  onTestFinished(() => log.close())
  return log
}
