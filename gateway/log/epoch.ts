// Decides whether the log is still the one whose cursors clients hold, or needs a new epoch (rule C3).

import { randomInt, randomUUID } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import type { Database } from 'better-sqlite3'
import { readHead } from './ledger.ts'
import type { Mark } from './mark.ts'

interface Meta {
  epoch: string
  incarnation: string
  boot_id: string
  durability: string
  file_id: string
  stopped: number
}

export interface EpochOptions {
  readonly db: Database
  readonly path: string
  readonly fresh: boolean
  readonly mark: Mark
  readonly durability: 'normal' | 'full'
  readonly bootId: string
  readonly makeEpoch: () => string
}

/**
 * Starts a new incarnation and returns the epoch: the old one if the log provably holds all it ever acknowledged.
 *
 * Every start writes an incarnation id to the database and to the mark beside it. A copy put back disagrees with the
 * mark; a whole folder copied back is told by its database being another file than the one the row names.
 */
export function startIncarnation(options: EpochOptions): { epoch: string; incarnation: string } {
  const { db, mark, fresh } = options
  const fileId = identify(options.path)
  const meta = fresh ? undefined : (db.prepare('SELECT * FROM meta').get() as Meta | undefined)
  const epoch = meta && isContinued(meta, options, fileId) ? meta.epoch : options.makeEpoch()
  const incarnation = randomUUID()
  const head = readHead(db)
  // The mark goes first and names both, so that a crash between the two writes loses nothing.
  mark.write({ incarnation, previous: meta?.incarnation, stopped: false }, head)
  db.prepare(
    `INSERT INTO meta (id, epoch, incarnation, boot_id, durability, file_id) VALUES (1, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch, incarnation = excluded.incarnation, stopped = 0,
       boot_id = excluded.boot_id, durability = excluded.durability, file_id = excluded.file_id`,
  ).run(epoch, incarnation, options.bootId, options.durability, fileId)
  // The new epoch must be on disk before a cursor of it is given out.
  db.pragma('wal_checkpoint(PASSIVE)')
  mark.write({ incarnation, stopped: false }, head)
  return { epoch, incarnation }
}

function isContinued(meta: Meta, { db, mark, bootId }: EpochOptions, fileId: string): boolean {
  const marked = mark.read()
  if (!marked || meta.file_id !== fileId || readHead(db) < marked.head) return false
  if (marked.incarnation !== meta.incarnation && marked.previous !== meta.incarnation) return false
  if (meta.stopped === 1) return true
  // The mark saw a clean stop that the database did not: this is a copy taken while the gateway ran.
  if (marked.stopped) return false
  // The same kernel still holds what was written to it; under another one, only what was fsynced is left.
  return meta.durability === 'full' || (bootId !== '' && meta.boot_id === bootId)
}

/** Inode and birth time: kept when the gateway restarts, new for every copy (also `cp -a`). */
function identify(path: string): string {
  const { ino, birthtimeNs } = statSync(path, { bigint: true })
  return `${ino}-${birthtimeNs}`
}

/** The kernel's boot id; empty where there is none, so that every unclean stop counts as a reboot. */
export function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  } catch {
    return ''
  }
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** Eight random characters `[a-z0-9]` (rule C1). */
export function randomEpoch(): string {
  return Array.from({ length: 8 }, () => LETTERS[randomInt(LETTERS.length)]).join('')
}
