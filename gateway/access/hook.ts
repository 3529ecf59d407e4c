// The authorization hook: the application says who a request comes from, by its own session and without tokens (protocol
// §8). Knows no transports; the question goes through whatever it is given to ask with.

import { isChannelName, isReserved } from '../../shared/channel-name.ts'
import type { Failure } from '../../shared/codes.ts'
import type { Clock } from '../core/clock.ts'
import type { Authority, Grant, Identity } from '../core/identity.ts'
import { endOf } from './claims.ts'
import { OWN_COOKIES, type RequestParts } from './credentials.ts'
import type { HookAnswer } from './hook-answer.ts'
import type { HookCache } from './hook-cache.ts'
import type { Question } from './hook-client.ts'
import { clientGrant } from './patterns.ts'

/** How long grants live of which the application does not say it: as long as a stream. */
const LIFE_MS = 60 * 60 * 1000
/** Connections that began together do not end together. */
const LIFE_JITTER = 0.1
/** Channels of one connection whose decision is remembered; beyond them it is asked again. */
const MAX_DECIDED = 1000
/** A connection has no more channels than this unless the configuration says so; the hook is asked about no more at once. */
const MAX_CHANNELS = 1000

/** A request as the application sees it, besides what stands in its headers. */
export interface Visit extends Pick<Question, 'connection' | 'ip' | 'transport'> {
  /** As asked for; not yet checked. */
  readonly channels: readonly string[]
}

export interface HookOptions extends HookCache {
  /** Names of the headers that are passed on, in lower case. */
  readonly headers: readonly string[]
  /** How long a "no" about a channel counts. */
  readonly cacheMs: number
  readonly clock: Clock
  /** Uniform in [0, 1). */
  readonly random: () => number
}

export interface Hook {
  /** Whether a request's `Authorization` header is the application's to judge. */
  readonly takesAuthorization: boolean
  identify(request: RequestParts, visit: Visit): Promise<Identity | Failure>
  /** Keeps no decision about a user from before. */
  forget(user: string): void
}

export function createHook(options: HookOptions): Hook {
  return {
    takesAuthorization: options.headers.includes('authorization'),
    forget: options.forget,
    async identify(request, { channels, ...visit }) {
      const asked = channels.filter(name => isChannelName(name) && !isReserved(name)).slice(0, MAX_CHANNELS)
      const question = { ...visit, headers: chosenHeaders(request, options.headers), channels: asked }
      const answer = await options.ask(question)
      return 'code' in answer ? answer : identityOf(answer, question, options)
    },
  }
}

/** The headers that carry the application's session, without the gateway's own cookies: those are not for others. */
function chosenHeaders({ headers }: RequestParts, names: readonly string[]): Record<string, string> {
  const chosen: Record<string, string> = {}
  for (const name of names) {
    const value = headers[name]
    const text = typeof value === 'string' ? value : value?.join(', ')
    const passed = name === 'cookie' ? text?.split(/;\s*/).filter(isForeignCookie).join('; ') : text
    if (passed) chosen[name] = passed
  }
  return chosen
}

function isForeignCookie(pair: string): boolean {
  return !OWN_COOKIES.includes(pair.split('=', 1)[0]!.trim())
}

function identityOf(first: HookAnswer, question: Question, options: HookOptions): Identity {
  const { clock, random } = options
  const life = LIFE_MS * (1 + LIFE_JITTER * (2 * random() - 1))
  const grants = new HookGrants(first, question, options)
  return {
    kind: 'client',
    user: first.user,
    info: first.info,
    subscribe: growing(() => grants.subscribe),
    publish: growing(() => grants.publish),
    expires: first.expires === undefined ? clock() + life : endOf(first.expires / 1000, clock()),
    authority: grants,
  }
}

/** A grant that another one stands behind, which may be replaced by a wider one. */
function growing(grant: () => Grant): Grant {
  return Object.assign((channel: string) => grant()(channel), { patterns: () => grant().patterns?.() ?? [] })
}

/** What one connection was granted so far, and the way to ask for more. */
class HookGrants implements Authority {
  readonly #user: string | undefined
  readonly #question: Question
  readonly #options: HookOptions
  /** Until when the last answer about a channel counts, in milliseconds since 1970. */
  readonly #decided = new Map<string, number>()
  readonly #subscribe: Set<string>
  readonly #publish: Set<string>
  subscribe = clientGrant([])
  publish = clientGrant([])

  constructor(first: HookAnswer, question: Question, options: HookOptions) {
    this.#user = first.user
    this.#question = question
    this.#options = options
    this.#subscribe = new Set()
    this.#publish = new Set()
    this.#add(first, question.channels)
  }

  async consult(channels: readonly string[]): Promise<Failure | null> {
    const { clock, ask } = this.#options
    const now = clock()
    const open = channels.filter(name => !isReserved(name) && (this.#decided.get(name) ?? 0) <= now)
    if (open.length === 0) return null
    const answer = await ask({ ...this.#question, channels: open })
    if ('code' in answer) return answer
    // Signed out, or somebody else by now: what this user is granted must not be added to another's connection.
    if (answer.user !== this.#user) return CHANGED
    this.#add(answer, open)
    return null
  }

  #add({ subscribe, publish }: HookAnswer, asked: readonly string[]): void {
    const { clock, cacheMs } = this.#options
    if (this.#decided.size + asked.length > MAX_DECIDED) {
      this.#decided.clear()
      this.#subscribe.clear()
      this.#publish.clear()
    }
    for (const channel of asked) this.#decided.set(channel, clock() + cacheMs)
    for (const pattern of subscribe) this.#subscribe.add(pattern)
    for (const pattern of publish) this.#publish.add(pattern)
    this.subscribe = clientGrant([...this.#subscribe])
    this.publish = clientGrant([...this.#publish])
  }
}

const CHANGED: Failure = {
  code: 'unauthorized',
  message: 'The application knows this connection as another user now: connect again.',
}
