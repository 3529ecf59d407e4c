// What a checked token says, turned into an identity (protocol §8). Knows no signatures, and never repeats the token.

import { personalChannel } from '../../shared/channel-name.ts'
import type { Failure } from '../../shared/codes.ts'
import type { Json } from '../../shared/frames.ts'
import type { JwtConfig } from '../config/config.ts'
import { isPattern } from '../config/names.ts'
import type { Identity } from '../core/identity.ts'
import { clientGrant } from './patterns.ts'

export type Claims = Readonly<Record<string, unknown>>

/** How far the clocks of the backend and the gateway may be apart. */
export const TOLERANCE_MS = 10_000

/** 9999-12-31: a later `exp` was written in milliseconds and would never end. */
export const LAST_SECOND = 253_402_300_799

/** Reads the claims at the time `now` (ms); every refusal is `unauthorized` with a sentence that names the claim. */
export function readClaims(claims: Claims, config: JwtConfig, now: number): Identity | Failure {
  const problem =
    checkTimes(claims, config.requireExp, now) ??
    checkIssuer(claims, config) ??
    checkUser(claims.sub, "The token's sub") ??
    checkPatterns(claims.subscribe, "The token's subscribe") ??
    checkPatterns(claims.publish, "The token's publish") ??
    checkInfo(claims.info, "The token's info")
  if (problem !== null) return { code: 'unauthorized', message: problem }
  return {
    kind: 'client',
    user: claims.sub as string | undefined,
    info: claims.info as Json | undefined,
    subscribe: clientGrant((claims.subscribe ?? []) as string[]),
    publish: clientGrant((claims.publish ?? []) as string[]),
    expires: endOf(claims.exp as number | undefined, now),
  }
}

/** In whole milliseconds. A token accepted by tolerance alone ends when the tolerance does, instead of in the past. */
export function endOf(exp: number | undefined, now: number): number | undefined {
  if (exp === undefined) return undefined
  const end = Math.round(exp * 1000)
  return end > now ? end : end + TOLERANCE_MS
}

function checkTimes({ exp, nbf }: Claims, requireExp: boolean, now: number): string | null {
  if (exp === undefined) {
    return requireExp
      ? 'The token has no exp: add the second since 1970 at which it ends.'
      : checkBegin(nbf, now)
  }
  if (typeof exp !== 'number') return "The token's exp is not a number: write seconds since 1970."
  if (exp > LAST_SECOND) return "The token's exp is too far away: write seconds since 1970, not milliseconds."
  if (exp * 1000 + TOLERANCE_MS <= now) {
    return `The token expired ${inWords(now - exp * 1000)} ago (exp ${exp}): connect with a fresh one.`
  }
  return checkBegin(nbf, now)
}

/** `nbf`: not before (RFC 7519, section 4.1.5). */
function checkBegin(nbf: unknown, now: number): string | null {
  if (nbf === undefined) return null
  if (typeof nbf !== 'number') return "The token's nbf is not a number: write seconds since 1970."
  if (nbf * 1000 - TOLERANCE_MS <= now) return null
  return `The token is valid only in ${inWords(nbf * 1000 - now)} (nbf ${nbf}): check the clock of your backend.`
}

function checkIssuer({ iss, aud }: Claims, { issuer, audience }: JwtConfig): string | null {
  if (issuer !== undefined && iss !== issuer) {
    return `The token's iss is not ${JSON.stringify(issuer)}, the only issuer that auth.jwt.issuer allows.`
  }
  if (audience === undefined || aud === audience || (Array.isArray(aud) && aud.includes(audience)))
    return null
  return `The token's aud does not hold ${JSON.stringify(audience)}, which auth.jwt.audience asks for.`
}

/** The user's id; `name` begins the sentence that says what is wrong with it. */
export function checkUser(user: unknown, name: string): string | null {
  if (user === undefined) return null
  if (typeof user !== 'string') return `${name} is not text: write the user's id as a JSON string.`
  if (user === '') return `${name} is empty: leave it out where there is no user.`
  // Half a surrogate pair has no bytes of its own: two such users would share one personal channel.
  if (!user.isWellFormed()) return `${name} holds half a character (a lone surrogate): write valid Unicode.`
  if (personalChannel(user).length <= 200) return null
  return `${name} is too long: the user's channel @user, percent-encoded, may have 200 characters.`
}

/** A list of channel names and patterns. */
export function checkPatterns(patterns: unknown, name: string): string | null {
  if (patterns === undefined) return null
  if (!Array.isArray(patterns)) return `${name} is not an array: write a list of channel patterns.`
  const bad = patterns.findIndex(pattern => typeof pattern !== 'string' || !isPattern(pattern))
  return bad < 0 ? null : `${name}[${bad}] is no channel pattern: write a channel name, * for any characters.`
}

/** What others may know of the user. */
export function checkInfo(info: unknown, name: string): string | null {
  const isObject = typeof info === 'object' && info !== null && !Array.isArray(info)
  return info === undefined || isObject ? null : `${name} is not a JSON object: write one, or leave it out.`
}

const UNITS: readonly [string, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
]

/** A span of milliseconds as a person says it: `3 minutes`. */
function inWords(ms: number): string {
  const [unit, length] = UNITS.find(([, unitMs]) => ms >= unitMs) ?? ['second', 1000]
  const count = Math.max(1, Math.floor(ms / length))
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
