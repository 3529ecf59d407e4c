// The API keys of a data folder for the length of one command, also while a gateway runs there. Knows no command.

import { ApiKeys } from '../access/api-keys.ts'
import type { Config } from '../config/config.ts'
import { openRecords } from '../records/records.ts'

/** A gateway's writes take milliseconds. */
const BUSY_MS = 5000

/** Opens the records, hands over the keys, and closes the records when `act` is done. */
export function withKeys<T>(config: Config, act: (keys: ApiKeys) => T): T {
  const fail = (_what: unknown, error: unknown): never => {
    throw error
  }
  const records = openRecords({
    dataDir: config.dataDir,
    busyTimeoutMs: BUSY_MS,
    clock: Date.now,
    maxEntries: config.audit.entries,
    maxAgeMs: config.audit.maxAgeMs,
    onLost: fail,
  })
  try {
    // Neither is news here: what fails is told by the refusal, and a running gateway sees what was revoked by itself.
    const ignored = { onRevoked: () => {}, onFault: () => {} }
    return act(new ApiKeys({ configured: config.apiKeys, store: records.keys, clock: Date.now, ...ignored }))
  } finally {
    records.close()
  }
}
