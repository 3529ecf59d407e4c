// The gateway that is fuzzed, and everybody that can come to it: identities, tokens, channels. Knows no cases.

import { API_KEY, type Gateway, JWT_SECRET, PASSWORD, startGateway } from '../harness/gateway.ts'
import type { Scope } from '../harness/scope.ts'
import { signToken } from '../harness/token.ts'

/** Backends that may less than the gateway's test key. */
const SCOPED_KEY = 'scoped-key-of-the-fuzzer-0123456789'

export interface World {
  readonly gateway: Gateway
  readonly port: number
  /** Header lines, each ended, that say who comes; by the name of who it is. */
  readonly identities: Readonly<Record<string, string>>
  /** The same for HTTP, where an operator may sign out, which ends all that came with the session. */
  readonly callers: readonly string[]
  /** Tokens, good and bad, for `auth` and `?token=`. */
  readonly tokens: readonly string[]
}

/** The largest frame that the gateway takes with its default limits (rule W2). */
export const MAX_FRAME_BYTES = (64 + 16) * 1024

const HISTORY = { messages: 20, age: '1h' }

/** What is open and what is not, with and without history; small histories, so that a long run stays small. */
const CONFIG = {
  logLevel: 'info',
  log: { maxBytes: '64MiB' },
  everyone: ['news'],
  limits: { commandsPerSecond: 1_000_000 },
  channels: [
    { match: 'bystander', subscribe: 'anyone', publish: 'nobody', history: { messages: 1000, age: '1h' } },
    { match: 'news', subscribe: 'anyone', publish: 'nobody', history: HISTORY },
    { match: 'fuzz:open:*', subscribe: 'anyone', publish: 'subscribers', history: HISTORY },
    { match: 'fuzz:live:*', subscribe: 'anyone', publish: 'user', history: false },
    { match: 'fuzz:user:*', subscribe: 'user', publish: 'user', history: HISTORY, maxMessageBytes: '1KiB' },
    { match: '@*', subscribe: 'granted', publish: 'granted', history: HISTORY },
    { match: '*', subscribe: 'granted', publish: 'granted', history: HISTORY },
  ],
}

/** Starts a gateway for a run; it ends with the scope. */
export async function createWorld(scope: Scope): Promise<World> {
  const gateway = await startGateway(scope, {
    config: {
      ...CONFIG,
      apiKeys: [fullKey(), { name: 'scoped', key: SCOPED_KEY, publish: ['fuzz:*'], read: false }],
    },
  })
  const user = signToken(JWT_SECRET, { sub: 'fuzz-1', subscribe: ['*'], publish: ['room:*'], info: { a: 1 } })
  const grants = signToken(JWT_SECRET, { subscribe: ['room:*', 'fuzz:*'], publish: ['fuzz:open:*'] })
  const operator = await signIn(gateway)
  const known = {
    nobody: '',
    user: `Authorization: Bearer ${user}\r\n`,
    grants: `Authorization: Bearer ${grants}\r\n`,
    key: `Authorization: Bearer ${gateway.apiKey}\r\n`,
    scoped: `Authorization: Bearer ${SCOPED_KEY}\r\n`,
  }
  return {
    gateway,
    port: gateway.port,
    identities: { ...known, operator },
    callers: [...Object.values(known), await signIn(gateway)],
    tokens: [user, grants, ...badTokens(user)],
  }
}

/** The test key of the harness, which a configuration with keys of its own has to name again. */
function fullKey() {
  return { name: 'test', key: API_KEY, publish: ['*'], read: true, admin: true }
}

/** The header lines of an operator's session. */
async function signIn(gateway: Gateway): Promise<string> {
  const body = { user: 'admin', password: PASSWORD }
  const { headers, json } = await gateway.api('POST', '/api/session', { key: null, body })
  const cookie = /twinwire_session=[^;]+/.exec(headers.get('set-cookie') ?? '')![0]
  return `Cookie: ${cookie}\r\nX-CSRF-Token: ${json.csrf}\r\n`
}

function badTokens(good: string): string[] {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return [
    signToken(JWT_SECRET, { sub: 'fuzz-1', subscribe: ['fuzz:live:*'] }),
    signToken(JWT_SECRET, { sub: 'somebody-else', subscribe: ['*'] }),
    signToken(JWT_SECRET, { sub: 'fuzz-1', exp: 1 }),
    signToken(JWT_SECRET, { sub: '__proto__' }),
    signToken(JWT_SECRET, { sub: 5 as unknown as string }),
    signToken(JWT_SECRET, { sub: 'fuzz-1' }, { alg: 'none' }),
    signToken(JWT_SECRET, { sub: 'fuzz-1' }, { alg: 'HS256', crit: ['b64'], b64: false }),
    `${part({ alg: 'HS256' })}.${part([])}.`,
    `${good.slice(0, -3)}AAA`,
    good.slice(0, 40),
    '..',
    'twinwire',
    '__proto__',
    'é',
    'x'.repeat(9000),
  ]
}
