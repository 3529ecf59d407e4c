// What the application's hook answers, read strictly: a name that is misspelt would otherwise grant nothing in silence.
// Knows no HTTP.

import type { Failure } from '../../shared/codes.ts'
import type { Json } from '../../shared/frames.ts'
import { checkInfo, checkPatterns, checkUser, LAST_SECOND, TOLERANCE_MS } from './claims.ts'

export interface HookAnswer {
  readonly user?: string | undefined
  readonly info?: Json | undefined
  readonly subscribe: readonly string[]
  readonly publish: readonly string[]
  /** Milliseconds since 1970. */
  readonly expires?: number | undefined
}

const MEMBERS = ['user', 'info', 'subscribe', 'publish', 'expires']
const MAX_SENTENCE = 300

/** Reads the body of a 200 at the time `now` (ms); a text is what is wrong with it, as a sentence. */
export function readAnswer(body: string, now: number): HookAnswer | string {
  const answer = parseObject(body)
  if (answer === null) return 'The answer is not a JSON object: write {"user": …, "subscribe": […]}.'
  const unknown = Object.keys(answer).find(name => !MEMBERS.includes(name))
  if (unknown !== undefined)
    return `The answer has a member ${JSON.stringify(unknown)}, and the known ones are ${MEMBERS.join(', ')}.`
  // PHP writes null for what is not set, and what was not set was not said.
  const { info, subscribe, publish, expires, ...given } = withoutNulls(answer)
  // Many databases number their users, and an application hands on what it has.
  const user = Number.isSafeInteger(given.user) ? String(given.user) : given.user
  const problem =
    checkUser(user, "The answer's user") ??
    checkInfo(info, "The answer's info") ??
    checkPatterns(subscribe, "The answer's subscribe") ??
    checkPatterns(publish, "The answer's publish") ??
    checkEnd(expires, now)
  if (problem !== null) return problem
  return {
    user: user as string | undefined,
    info: info as Json | undefined,
    subscribe: (subscribe ?? []) as string[],
    publish: (publish ?? []) as string[],
    expires: expires === undefined ? undefined : (expires as number) * 1000,
  }
}

/** The refusal behind a 401 or 403: final, with the sentence of the application if it gives one. */
export function readRefusal(status: 401 | 403, body: string): Failure {
  const { message, detail } = parseObject(body) ?? {}
  const own = [message, detail].find(text => typeof text === 'string' && text !== '') as string | undefined
  const sentence = own?.toWellFormed().slice(0, MAX_SENTENCE)
  return status === 401
    ? {
        code: 'unauthorized',
        message: sentence ?? 'The application knows nobody here: sign in there, then connect.',
      }
    : { code: 'forbidden', message: sentence ?? 'The application does not let this user connect.' }
}

function checkEnd(expires: unknown, now: number): string | null {
  if (expires === undefined) return null
  if (typeof expires !== 'number') return "The answer's expires is not a number: write seconds since 1970."
  if (expires > LAST_SECOND)
    return "The answer's expires is too far away: write seconds since 1970, not milliseconds."
  return expires * 1000 + TOLERANCE_MS > now
    ? null
    : `The answer's expires (${expires}) has passed: write when the grants end, in seconds since 1970.`
}

function withoutNulls(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null))
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    // PHP writes an empty array for an empty object.
    if (Array.isArray(value)) return value.length === 0 ? {} : null
    return typeof value === 'object' && value !== null ? { ...value } : null
  } catch {
    return null
  }
}
