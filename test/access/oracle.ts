// What the protocol says about each cell of the access table (docs/protocol.md §4–§6, §8), written down once more and as
// simply as it can be. Knows no code of the gateway.

import { type Call, type Cell, type Credential, EVERYONE, GRANTED, KINDS, type Place, RULES } from './door.ts'
import { type Code, isName, lacking, publish, receive, type Who, type World } from './naive-rules.ts'

/** The table of codes, copied from the protocol (§3). */
export const STATUS = {
  bad_request: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  unavailable: 503,
} as const satisfies Record<Code, number>

const WORLD: World = { rules: RULES, everyone: [EVERYONE] }

const ANONYMOUS: Who = { kind: 'anonymous' }
const ann = (grants: readonly string[]): Who => ({
  kind: 'client',
  user: 'ann',
  subscribe: grants,
  publish: grants,
})

/** Who a credential stands for where it counts, or why it counts nowhere. */
export const WHO: Record<Credential, Who | Code> = {
  nothing: ANONYMOUS,
  'token of a user': ann([]),
  'token of a user, with grants': ann(GRANTED),
  'token without a user, with grants': { kind: 'client', user: null, subscribe: GRANTED, publish: GRANTED },
  'expired token': 'unauthorized',
  'token of another secret': 'unauthorized',
  'token with alg none': 'unauthorized',
  'API key that publishes': { kind: 'key', publish: [...GRANTED, '@*'], read: false, admin: false },
  'API key that reads': { kind: 'key', publish: [], read: true, admin: false },
  'API key of an administrator': { kind: 'key', publish: ['*'], read: false, admin: true },
  'revoked API key': 'unauthorized',
  'session of an operator': { kind: 'operator', mayWrite: true },
  'session of a viewer': { kind: 'operator', mayWrite: false },
  'application: nobody': ANONYMOUS,
  'application: a user': ann([]),
  'application: a user, with grants': ann(GRANTED),
  'application: 401': 'unauthorized',
  'application: 403': 'forbidden',
  'application: no answer': 'unavailable',
}

const isWrite = (call: Call): boolean => ['http publish', 'http purge', 'http delete'].includes(call)
export const isStream = (call: Call): boolean => !call.startsWith('http')

/** Who comes, or why nobody is let in at all (W4, W6, §6, §8). `origin`: refused before anything else is looked at. */
export function arrive(credential: Credential, place: Place, call: Call): Who | Code | 'origin' {
  const isForeign = place === 'cookie, foreign page'
  const isDevelopment = place === 'cookie, page of a development server'
  // W6: pages of foreign origins open no streams.
  if (isStream(call) && isForeign) return 'origin'
  if (credential.startsWith('application')) return isForeign ? 'forbidden' : WHO[credential]
  // §6: whoever writes without an Authorization header must not come from a foreign page.
  const forged = isForeign && isWrite(call) ? 'forbidden' : null
  if (credential === 'nothing') return forged ?? ANONYMOUS
  if (credential.startsWith('session')) {
    // W4: in a place of tokens it is a bad token.
    if (!place.startsWith('cookie')) return 'unauthorized'
    // W6: a page that an operator's session is not for has none.
    if (isForeign || isDevelopment) return forged ?? ANONYMOUS
    // §6: writes with the cookie carry the CSRF token; and a viewer writes nothing.
    if (place.includes('CSRF') && isWrite(call)) return 'forbidden'
    return credential === 'session of a viewer' && isWrite(call) ? 'forbidden' : WHO[credential]
  }
  // W4: the cookie counts only for pages that W6 allows.
  if (isForeign) return 'forbidden'
  // W4: API keys only in the Authorization header; anywhere else they are a bad token.
  if (credential.includes('API key') && place !== 'header') return 'unauthorized'
  return WHO[credential]
}

/** N2: the channels that a connection has without asking. */
const isGiven = (who: Who, name: string): boolean =>
  name === EVERYONE || (who.kind === 'client' && name === `@${who.user}`)

const mayAdminister = (who: Who): boolean => who.kind === 'operator' || (who.kind === 'key' && who.admin)

/** What comes of a call once it is known who calls: `null`, done. */
function act(who: Who, call: Call, name: string): Code | null {
  // §6: asked before the name is looked at.
  if (call === 'http purge' || call === 'http delete') {
    if (!mayAdminister(who)) return lacking(who)
    if (!isName(name)) return 'bad_request'
    // The message that is to be deleted is not there.
    return call === 'http delete' ? 'not_found' : null
  }
  // N1.
  if (!isName(name)) return 'bad_request'
  switch (call) {
    case 'ws publish':
      return publish(who, name, isGiven(who, name), WORLD)
    case 'ws publish, subscribed':
      return publish(who, name, isGiven(who, name) || receive(who, name, WORLD) === null, WORLD)
    // N3: over HTTP, whoever may subscribe counts as subscribed.
    case 'http publish':
      return publish(who, name, receive(who, name, WORLD) === null, WORLD)
    // P4: a channel without presence has nothing to show to those who receive it.
    case 'ws presence':
    case 'http presence':
      return receive(who, name, WORLD) ?? (name === KINDS.talk ? null : 'not_found')
    default:
      return receive(who, name, WORLD)
  }
}

/** What the wire shows when a call is done. */
const DONE: Record<Call, string> = {
  'ws connect': 'subscribed',
  'ws publish': 'published',
  'ws subscribe': 'subscribed',
  'ws publish, subscribed': 'published',
  'ws history': 'history',
  'ws presence': 'presence',
  'sse connect': '200 subscribed',
  'http publish': '200',
  'http channel': '200',
  'http history': '200',
  'http presence': '200',
  'http purge': '204',
  'http delete': '204',
}

/** What the wire shows of a cell: status and code, the type of a frame, or the code of a goodbye and of the close. */
export function expected({ credential, place, kind, call }: Cell): string {
  const who = arrive(credential, place, call)
  if (who === 'origin') return '403 forbidden'
  if (typeof who === 'string') {
    // W4: a browser sees no status of a refused upgrade. S5: what passes is no status on a stream.
    if (call.startsWith('ws')) return `${4000 + STATUS[who]} ${who}`
    return call === 'sse connect' && who === 'unavailable'
      ? '200 goodbye unavailable'
      : `${STATUS[who]} ${who}`
  }
  const code = act(who, call, KINDS[kind])
  if (code === null) return DONE[call]
  return call.startsWith('ws') ? `failure ${code}` : `${STATUS[code]} ${code}`
}
