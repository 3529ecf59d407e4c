// Rule R1: with `durability: full` SQLite is told to sync each commit, with `normal` only checkpoints.

import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openDatabase } from '../../gateway/log/database.ts'
import { makeFolder } from './log-folder.ts'

// The numbers of PRAGMA synchronous: FULL syncs the write-ahead log after each commit, NORMAL does not.
it.for([
  ['full', 2],
  ['normal', 1],
] as const)('[R1] durability %s is synchronous = %i, over a write-ahead log', ([durability, synchronous]) => {
  const { db } = openDatabase(join(makeFolder(), 'log.db'), durability)
  expect(db.pragma('synchronous', { simple: true })).toBe(synchronous)
  expect(db.pragma('journal_mode', { simple: true })).toBe('wal')
  db.close()
})
