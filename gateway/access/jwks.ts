// The public keys that an identity provider shows (RFC 7517): fetched when first needed, kept, refreshed behind the back
// of those who connect. Knows no claims. jose's own remote set is not used: it forgets good keys when a refresh fails,
// asks a dead server once for each token, and reads an answer of any length.

import { JOSEError, JWKSMultipleMatchingKeys } from 'jose/errors'
import { createLocalJWKSet } from 'jose/jwks/local'
import type { Failure } from '../../shared/codes.ts'
import type { Clock } from '../core/clock.ts'
import type { Complain } from './complaints.ts'
import { readBounded, reasonOf, withoutQuery } from './remote-answer.ts'

/** Providers announce new keys hours ahead; a key that was taken back counts this long at most while they answer. */
const REFRESH_AFTER_MS = 10 * 60 * 1000
/** However many tokens name keys that nobody knows, the server is asked for them at most so often a minute. */
const LOOKS_PER_MINUTE = 6
const MINUTE_MS = 60_000
/** How long a key counts as missing that the last look did not find. */
const MISSING_MS = 10_000
const MAX_MISSING = 1000
/** A server that fails is asked again after this, if anybody still needs it. */
const RETRY_MS = 1000
const TIMEOUT_MS = 5000
const MAX_BYTES = 1024 * 1024

export type VerifyKey = Awaited<ReturnType<ReturnType<typeof createLocalJWKSet>>>

/** What of a token's header says which key signed it. */
export interface KeyHint {
  readonly alg: string
  readonly kid?: string
}

export interface JwksOptions {
  readonly url: string
  readonly clock: Clock
  /** Tells the log that the keys could not be had. */
  readonly complain: Complain
  /** Hears how each look ended. */
  readonly onFetched?: (isDone: boolean) => void
}

export class Jwks {
  readonly #options: JwksOptions
  #find: ReturnType<typeof createLocalJWKSet> | null = null
  #fetches = 0
  /** When the server was asked for unknown keys, within the last minute. */
  #looks: readonly number[] = []
  #fetchedMs = Number.NEGATIVE_INFINITY
  #triedMs = Number.NEGATIVE_INFINITY
  #fetching: Promise<boolean> | null = null
  /** Key ids that were asked for and are not among the keys, as of the last fetch. */
  #missing = new Set<string>()

  constructor(options: JwksOptions) {
    this.#options = options
  }

  /**
   * The keys that may have signed a token with this hint; none when there is no such key. `unavailable` when that
   * cannot be said now, because the server does not answer or was asked a moment ago.
   */
  async candidates(hint: KeyHint): Promise<readonly VerifyKey[] | Failure> {
    const known = this.#fetches
    if (this.#find === null && !(await this.#fetch(RETRY_MS))) return UNREACHABLE
    if (this.#ageMs() > REFRESH_AFTER_MS) void this.#fetch(MISSING_MS)
    const kept = await this.#look(hint)
    if (kept.length > 0) return kept
    const kid = String(hint.kid)
    if (this.#ageMs() < MISSING_MS && this.#missing.has(kid)) return []
    // The key may be new. Until the server may be asked again, nobody is refused for good on old knowledge.
    if (this.#fetches === known && !(await this.#fetchAgain())) return UNREACHABLE
    const found = await this.#look(hint)
    if (found.length === 0 && this.#missing.size < MAX_MISSING) this.#missing.add(kid)
    return found
  }

  async #look({ ...hint }: KeyHint): Promise<readonly VerifyKey[]> {
    try {
      return [await this.#find!(hint)]
    } catch (error) {
      if (error instanceof JWKSMultipleMatchingKeys) return await all(error)
      // No key fits, or the one that does is none that jose can use: too short, or not public.
      if (error instanceof JOSEError || error instanceof TypeError || error instanceof DOMException) return []
      throw error
    }
  }

  #ageMs(): number {
    return this.#options.clock() - this.#fetchedMs
  }

  /** Fetches for the sake of a key that is not known, within the rate for that. */
  #fetchAgain(): Promise<boolean> {
    if (this.#fetching) return this.#fetching
    const now = this.#options.clock()
    this.#looks = this.#looks.filter(at => now - at < MINUTE_MS)
    if (this.#looks.length >= LOOKS_PER_MINUTE) return Promise.resolve(false)
    const hasFailed = this.#triedMs > this.#fetchedMs
    const fetching = this.#fetch(hasFailed ? RETRY_MS : 0)
    if (this.#fetching) this.#looks = [...this.#looks, now]
    return fetching
  }

  /** Whether the keys are fresh now; `false` also when the last try was less than `pauseMs` ago. */
  #fetch(pauseMs: number): Promise<boolean> {
    if (this.#fetching) return this.#fetching
    if (this.#options.clock() - this.#triedMs < pauseMs) return Promise.resolve(false)
    this.#triedMs = this.#options.clock()
    this.#fetching = this.#load().finally(() => {
      this.#fetching = null
    })
    void this.#fetching.then(isDone => this.#options.onFetched?.(isDone))
    return this.#fetching
  }

  async #load(): Promise<boolean> {
    try {
      this.#find = createLocalJWKSet(JSON.parse(await download(this.#options.url)))
    } catch (error) {
      const kept = this.#find === null ? 'no token of it can be checked' : 'the keys from before go on'
      this.#options.complain(
        `auth.jwt.jwksUrl: ${withoutQuery(this.#options.url)} gave no keys (${reasonOf(error)}); ${kept}, and it is asked again.`,
      )
      return false
    }
    this.#fetches += 1
    this.#fetchedMs = this.#options.clock()
    this.#missing = new Set()
    return true
  }
}

async function all(keys: AsyncIterable<VerifyKey>): Promise<VerifyKey[]> {
  const found: VerifyKey[] = []
  for await (const key of keys) found.push(key)
  return found
}

const UNREACHABLE: Failure = {
  code: 'unavailable',
  message: 'The keys that check this token cannot be had at the moment: try again in a few seconds.',
}

async function download(url: string): Promise<string> {
  const response = await fetch(url, {
    headers: { accept: 'application/json, application/jwk-set+json' },
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  const body = await readBounded(response, MAX_BYTES)
  if (response.status !== 200) throw new Error(`it answered ${response.status} instead of 200`)
  if (body === null) throw new Error(`its answer is longer than ${MAX_BYTES} bytes`)
  return body
}
