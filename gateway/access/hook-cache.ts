// Decisions of the hook, kept for seconds: a browser's tabs that come back together are one question. Knows no HTTP.

import { createHash } from 'node:crypto'
import type { Failure } from '../../shared/codes.ts'
import type { Clock } from '../core/clock.ts'
import type { HookAnswer } from './hook-answer.ts'
import type { Ask, Question } from './hook-client.ts'

const MAX_ENTRIES = 10_000

interface Entry {
  readonly outcome: Promise<HookAnswer | Failure>
  /** `Infinity` while it is being asked. */
  untilMs: number
}

/** Asks through a cache. `keepMs` 0 keeps nothing, and only questions under way are shared. */
export function createHookCache(ask: Ask, keepMs: number, clock: Clock): Ask {
  const entries = new Map<string, Entry>()
  const makeRoom = (): void => {
    if (entries.size < MAX_ENTRIES) return
    const now = clock()
    for (const [key, { untilMs }] of entries) if (untilMs <= now) entries.delete(key)
    const [oldest] = entries.keys()
    if (entries.size >= MAX_ENTRIES && oldest !== undefined) entries.delete(oldest)
  }
  return question => {
    const key = keyOf(question)
    const kept = entries.get(key)
    if (kept && kept.untilMs > clock()) return kept.outcome
    entries.delete(key)
    makeRoom()
    const entry: Entry = { outcome: ask(question), untilMs: Number.POSITIVE_INFINITY }
    entries.set(key, entry)
    const keep = (outcome: HookAnswer | Failure): void => {
      // What passes is asked again; and grants are not kept beyond their end.
      const isPassing = 'code' in outcome && outcome.code === 'unavailable'
      const end =
        'expires' in outcome ? (outcome.expires ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY
      if (isPassing || keepMs === 0) entries.delete(key)
      else entry.untilMs = Math.min(clock() + keepMs, end)
    }
    entry.outcome.then(keep, () => entries.delete(key))
    return entry.outcome
  }
}

/** Everything but the connection's id; as a hash, so that no cookie stays in memory for it. */
function keyOf({ ip, headers, transport, channels }: Question): string {
  const text = JSON.stringify([ip, Object.entries(headers), transport, channels])
  return createHash('sha256').update(text).digest('base64')
}
