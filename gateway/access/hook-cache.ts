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
  user?: string | undefined
}

export interface HookCache {
  readonly ask: Ask
  /** Forgets what was decided about a user: whoever was signed out is asked about again. */
  forget(user: string): void
}

/** Asks through a cache. `keepMs` 0 keeps nothing, and only questions under way are shared. */
export function createHookCache(ask: Ask, keepMs: number, clock: Clock): HookCache {
  const entries = new Map<string, Entry>()
  const makeRoom = (): void => {
    if (entries.size < MAX_ENTRIES) return
    const now = clock()
    for (const [key, { untilMs }] of entries) if (untilMs <= now) entries.delete(key)
    const [oldest] = entries.keys()
    if (entries.size >= MAX_ENTRIES && oldest !== undefined) entries.delete(oldest)
  }
  const forget = (user: string): void => {
    // What is being asked right now may have been decided before the user was signed out.
    const isTheirs = (entry: Entry) => entry.user === user || entry.untilMs === Number.POSITIVE_INFINITY
    for (const [key, entry] of entries) if (isTheirs(entry)) entries.delete(key)
  }
  const askOnce: Ask = question => {
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
      const { user, expires = Number.POSITIVE_INFINITY } = 'code' in outcome ? {} : outcome
      if (isPassing || keepMs === 0) entries.delete(key)
      else entry.untilMs = Math.min(clock() + keepMs, expires)
      entry.user = user
    }
    entry.outcome.then(keep, () => entries.delete(key))
    return entry.outcome
  }
  return { ask: askOnce, forget }
}

/** Everything but the connection's id; as a hash, so that no cookie stays in memory for it. */
function keyOf({ ip, headers, transport, channels }: Question): string {
  const text = JSON.stringify([ip, Object.entries(headers), transport, channels])
  return createHash('sha256').update(text).digest('base64')
}
