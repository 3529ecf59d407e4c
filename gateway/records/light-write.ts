// Writes that need not outlive a power cut: they go along with the next write that waits for the disk. Knows no tables.

import type { Database } from 'better-sqlite3'

/**
 * Runs `act` in a transaction that survives a killed process and not a power cut, and so holds the event loop for
 * microseconds instead of a disk's answer. Throws when the storage fails.
 */
export function writeLightly(db: Database, act: () => void): void {
  db.pragma('synchronous = NORMAL')
  try {
    db.transaction(act).immediate()
  } finally {
    db.pragma('synchronous = FULL')
  }
}
