// The health of the storage, over a storage that fails as the test says, on a clock that the test moves.

import SqliteDatabase from 'better-sqlite3'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { StorageHealth } from '../../gateway/log/storage-health.ts'

const IO_ERROR = new SqliteDatabase.SqliteError('disk I/O error', 'SQLITE_IOERR_READ')

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

function watch() {
  const told: string[] = []
  const health = new StorageHealth({
    path: 'log.db',
    assertInPlace: () => {},
    probe: () => {},
    check: async () => true,
    onFault: ({ state }) => told.push(state),
    clock: Date.now,
  })
  health.start()
  return { health, told }
}

test('[H1] what cannot be read is told a few times, not by each reader and each publisher', async () => {
  const { health, told } = watch()
  for (let ms = 0; ms < 60_000; ms += 10) {
    health.failed(IO_ERROR, 'read')
    health.worked()
    await vi.advanceTimersByTimeAsync(10)
  }
  expect(told.length).toBeGreaterThan(1)
  expect(told.length).toBeLessThan(130)
  await vi.advanceTimersByTimeAsync(60_000)
  expect([health.fault, told.at(-1)]).toEqual([null, 'recovered'])
  health.stop()
})

test('[H1] what could not be written is over with the first write that works', () => {
  const { health, told } = watch()
  health.failed(IO_ERROR, 'written')
  expect(health.fault).not.toBeNull()
  health.worked()
  expect([health.fault, ...told]).toEqual([null, 'failed', 'recovered'])
  health.stop()
})
