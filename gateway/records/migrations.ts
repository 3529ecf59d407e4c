// The schema of the records' database, as the steps that led to it. Knows no queries.

import type { Database } from 'better-sqlite3'

/** Marks the file as Twinwire's records, so that another program's database is never written to ("twrc"). */
export const APPLICATION_ID = 0x74777263

// Steps are never edited once released: a database of version n has had the first n applied to it.
const STEPS = [
  `
  CREATE TABLE key (
    name TEXT PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    publish TEXT NOT NULL,
    read INTEGER NOT NULL,
    admin INTEGER NOT NULL,
    publish_per_second INTEGER,
    created INTEGER NOT NULL,
    created_by TEXT NOT NULL
  );

  -- By name, because the configuration's keys are used too, and their hashes have no place here: they may be weak.
  CREATE TABLE key_use (name TEXT PRIMARY KEY, time INTEGER NOT NULL);

  CREATE TABLE session (
    digest TEXT PRIMARY KEY,
    user TEXT NOT NULL,
    seal TEXT NOT NULL,
    expires INTEGER NOT NULL
  );

  -- AUTOINCREMENT: an id is not used again when everything has been trimmed, so that a page begun stays right.
  CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    time INTEGER NOT NULL,
    last_time INTEGER NOT NULL,
    count INTEGER NOT NULL DEFAULT 1,
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    address TEXT,
    action TEXT NOT NULL,
    target TEXT,
    detail TEXT
  );
  CREATE INDEX audit_action ON audit (action);
  CREATE INDEX audit_actor ON audit (actor);
  CREATE INDEX audit_actor_action ON audit (actor, action);
  CREATE INDEX audit_last_time ON audit (last_time);
  CREATE INDEX audit_failed ON audit (actor, address) WHERE action = 'login_failed';
  `,
  `
  -- The charts' points: of a second (step 1000) or a minute (60000).
  CREATE TABLE figure (
    step INTEGER NOT NULL,
    time INTEGER NOT NULL,
    websocket INTEGER NOT NULL,
    sse INTEGER NOT NULL,
    published REAL NOT NULL,
    delivered REAL NOT NULL,
    publish_p99_ms REAL,
    lag_ms INTEGER NOT NULL,
    rss_bytes INTEGER NOT NULL,
    log_bytes INTEGER NOT NULL,
    kept_ms INTEGER,
    recovered INTEGER NOT NULL,
    gaps INTEGER NOT NULL,
    disconnects TEXT NOT NULL,
    PRIMARY KEY (step, time)
  ) WITHOUT ROWID;
  `,
  `
  -- AUTOINCREMENT, as in audit: also what tells the last id after everything has been trimmed.
  CREATE TABLE event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    time INTEGER NOT NULL,
    last_time INTEGER NOT NULL,
    count INTEGER NOT NULL,
    kind TEXT NOT NULL,
    code TEXT,
    connection TEXT,
    user TEXT,
    address TEXT,
    transport TEXT,
    channel TEXT,
    message TEXT NOT NULL
  );
  CREATE INDEX event_kind ON event (kind);
  `,
]

export const SCHEMA_VERSION = STEPS.length

/** Brings the schema up to this program's version, in one transaction. */
export function migrate(db: Database): void {
  const steps = db.transaction(() => {
    // Asked inside: a command and a gateway that start at once must not both apply a step.
    const version = db.pragma('user_version', { simple: true }) as number
    if (version === SCHEMA_VERSION) return
    for (const step of STEPS.slice(version)) db.exec(step)
    db.pragma(`application_id = ${APPLICATION_ID}`)
    db.pragma(`user_version = ${SCHEMA_VERSION}`)
  })
  if (db.pragma('user_version', { simple: true }) !== SCHEMA_VERSION) steps.exclusive()
}
