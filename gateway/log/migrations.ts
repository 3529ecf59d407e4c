// The schema of the log's database, as the steps that led to it. Knows no queries.

import type { Database } from 'better-sqlite3'

/** Marks the file as a Twinwire log, so that another program's database is never written to ("twin"). */
export const APPLICATION_ID = 0x7477696e

// Steps are never edited once released: a database of version n has had the first n applied to it.
const STEPS = [
  `
  -- One row. head and time are stored with every removal: a bare rowid would restart at 1 in an emptied table.
  CREATE TABLE meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    epoch TEXT NOT NULL,
    head INTEGER NOT NULL DEFAULT 0,
    time INTEGER NOT NULL DEFAULT 0,
    floor_seq INTEGER NOT NULL DEFAULT 0,
    incarnation TEXT NOT NULL,
    boot_id TEXT NOT NULL,
    durability TEXT NOT NULL,
    file_id TEXT NOT NULL,
    stopped INTEGER NOT NULL DEFAULT 0
  );

  -- Messages up to trimmed_seq no longer count, even while their rows wait to be deleted.
  CREATE TABLE channel (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    trimmed_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    last_time INTEGER NOT NULL,
    count INTEGER NOT NULL,
    bytes INTEGER NOT NULL
  );

  -- data comes last: what retention reads (time, size) then never needs an overflow page.
  CREATE TABLE message (
    seq INTEGER PRIMARY KEY,
    channel_id INTEGER NOT NULL,
    time INTEGER NOT NULL,
    expires INTEGER,
    size INTEGER NOT NULL,
    event TEXT,
    user TEXT,
    sender TEXT,
    data TEXT NOT NULL
  );
  -- An index entry ends with the rowid, so this one is ordered by (channel_id, seq).
  CREATE INDEX message_channel ON message (channel_id);
  -- Only messages with a ttl pay for these two: one for the pass over the log, one to clear a single channel.
  CREATE INDEX message_expires ON message (expires) WHERE expires IS NOT NULL;
  CREATE INDEX message_channel_expires ON message (channel_id, expires) WHERE expires IS NOT NULL;

  -- In the order of time, because time never runs backwards: the oldest claims have the smallest ids.
  CREATE TABLE idempotency (
    id INTEGER PRIMARY KEY,
    scope TEXT NOT NULL,
    channel TEXT NOT NULL,
    key TEXT NOT NULL,
    seq INTEGER,
    time INTEGER NOT NULL,
    UNIQUE (channel, key, scope)
  );
  `,
  `
  -- A channel's row counts its messages up to its last_seq; every row counts all messages up to figured_seq.
  ALTER TABLE meta ADD COLUMN figured_seq INTEGER NOT NULL DEFAULT 0;
  UPDATE meta SET figured_seq = (SELECT coalesce(max(seq), 0) FROM message);
  `,
]

export const SCHEMA_VERSION = STEPS.length

/** Brings the schema up to this program's version, in one transaction; true when the database was empty. */
export function migrate(db: Database): boolean {
  const version = db.pragma('user_version', { simple: true }) as number
  if (version === SCHEMA_VERSION) return false
  db.transaction(() => {
    for (const step of STEPS.slice(version)) db.exec(step)
    db.pragma(`application_id = ${APPLICATION_ID}`)
    db.pragma(`user_version = ${SCHEMA_VERSION}`)
  }).exclusive()
  return version === 0
}
