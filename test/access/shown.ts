// Makes the credentials of the access table for a running gateway, and puts each where a cell wants it. Knows no answer.

import { call } from '../harness/call.ts'
import { type Gateway, JWT_SECRET, PASSWORD } from '../harness/gateway.ts'
import { signToken } from '../harness/token.ts'
import { type Credential, EVERYONE, GRANTED, OVERREACHING, type Place, RULES } from './door.ts'

export const KEYS = {
  'API key that publishes': 'publisher-key-of-the-access-table-0123456789',
  'API key that reads': 'reader-key-of-the-access-table-0123456789',
  'API key of an administrator': 'administrator-key-of-the-access-table-0123456789',
} as const

const VIEWER = { user: 'eve', password: 'viewer-password-of-the-access-table' }

/** The gateway that the table is about; `hook` makes it one whose application decides. */
export function tableConfig(hook?: object): Record<string, unknown> {
  return {
    apiKeys: [
      { name: 'publisher', key: KEYS['API key that publishes'], publish: [...GRANTED, '@*'], read: false },
      { name: 'reader', key: KEYS['API key that reads'], publish: [], read: true },
      { name: 'boss', key: KEYS['API key of an administrator'], publish: ['*'], read: false, admin: true },
    ],
    operators: [{ ...VIEWER, role: 'viewer' }],
    channels: RULES,
    everyone: [EVERYONE],
    auth: { jwt: { secret: JWT_SECRET }, ...(hook && { hook }) },
    // The table is not about rates.
    limits: { commandsPerSecond: 100_000 },
  }
}

/** A secret and, of a session, what its writes carry beside it. */
interface Secret {
  readonly value: string
  readonly csrf?: string
}

export type Secrets = ReadonlyMap<Credential, Secret>

/** Has the gateway make what only it can make, and signs the rest. */
export async function makeSecrets(gateway: Gateway): Promise<Secrets> {
  const grants = { subscribe: [...GRANTED, ...OVERREACHING], publish: [...GRANTED, ...OVERREACHING] }
  const tokens: [Credential, string][] = [
    ['token of a user', gateway.jwt({ sub: 'ann' })],
    ['token of a user, with grants', gateway.jwt({ sub: 'ann', ...grants })],
    ['token without a user, with grants', gateway.jwt(grants)],
    ['expired token', gateway.jwt({ sub: 'ann', ...grants, exp: Math.floor(Date.now() / 1000) - 60 })],
    [
      'token of another secret',
      signToken('another-secret-of-the-access-table-01234', { sub: 'ann', ...grants }),
    ],
    ['token with alg none', unsigned({ sub: 'ann', ...grants, exp: 9_999_999_999 })],
    ['revoked API key', await revokedKey(gateway)],
  ]
  const all = [...tokens, ...(Object.entries(KEYS) as [Credential, string][])]
  const secrets = new Map<Credential, Secret>(all.map(([credential, value]) => [credential, { value }]))
  secrets.set('session of an operator', await signIn(gateway, { user: 'admin', password: PASSWORD }))
  secrets.set('session of a viewer', await signIn(gateway, VIEWER))
  return secrets
}

function unsigned(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.`
}

async function revokedKey(gateway: Gateway): Promise<string> {
  const key = KEYS['API key of an administrator']
  const body = { name: 'revoked', publish: ['*'], read: true, admin: true }
  const made = await gateway.api('POST', '/api/keys', { key, body })
  const gone = await gateway.api('DELETE', '/api/keys/revoked', { key })
  if (made.status !== 201 || gone.status !== 204)
    throw new Error(`No key was revoked: ${made.text} ${gone.text}`)
  return JSON.parse(made.text).key
}

async function signIn(gateway: Gateway, body: { user: string; password: string }): Promise<Secret> {
  const answer = await call(`${gateway.url}/api/session`, 'POST', { body })
  if (answer.status !== 200) throw new Error(`Nobody was signed in: ${answer.text}`)
  const value = /twinwire_session=([^;]+)/.exec(answer.headers.get('set-cookie') ?? '')![1]!
  return { value, csrf: answer.json.csrf! }
}

/** What a request carries. */
export interface Shown {
  readonly headers: Record<string, string>
  readonly protocols: string[]
  readonly query: string
}

const nothing = (): Shown => ({ headers: {}, protocols: [], query: '' })

/** A request's parts that put a credential in a place, sent from the page that belongs to the place. */
export function show(credential: Credential, place: Place, secrets: Secrets, url: string): Shown {
  const shown = nothing()
  if (place.startsWith('cookie')) shown.headers.Origin = pageOf(place, url)
  // What the application of `hooked` in door-table.test.ts knows its visitors by.
  if (credential.startsWith('application'))
    shown.headers.Cookie = `sid=${encodeURIComponent(credential)}; page=${place.includes('foreign') ? 'foreign' : 'friendly'}`
  const secret = secrets.get(credential)
  if (secret === undefined) return shown
  const { value, csrf } = secret
  switch (place) {
    case 'header':
      shown.headers.Authorization = `Bearer ${value}`
      return shown
    case 'subprotocol':
      shown.protocols.push('twinwire.v1', `twinwire.token.${value}`)
      return shown
    case 'query':
      return { ...shown, query: `token=${encodeURIComponent(value)}` }
    default:
      shown.headers.Cookie = `${csrf ? 'twinwire_session' : 'twinwire_token'}=${value}`
      if (csrf && !place.includes('CSRF')) shown.headers['X-CSRF-Token'] = csrf
      return shown
  }
}

function pageOf(place: Place, url: string): string {
  if (place === 'cookie, foreign page') return 'https://evil.example'
  return place === 'cookie, page of a development server' ? 'http://localhost:5173' : url
}
