// What the protocol says about each cell of the access table (docs/protocol.md §2, §4–§6, §8), written down once more and
// as simply as it can be. Knows no code of the gateway.

import { type Call, type Cell, type Credential, EVERYONE, GRANTED, KINDS, type Place, RULES } from './door.ts'

/** The table of codes, copied from the protocol (§3). */
export const STATUS = {
  bad_request: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  unavailable: 503,
} as const

type Code = keyof typeof STATUS

interface Client {
  readonly kind: 'client'
  readonly user: string | null
  readonly grants: readonly string[]
}

export type Who =
  | { readonly kind: 'anonymous' }
  | Client
  | {
      readonly kind: 'key'
      readonly publish: readonly string[]
      readonly read: boolean
      readonly admin: boolean
    }
  | { readonly kind: 'operator'; readonly mayWrite: boolean }

const ANONYMOUS: Who = { kind: 'anonymous' }
const ANN = 'ann'

/** Who a credential stands for where it counts, or why it counts nowhere. */
const WHO: Record<Credential, Who | Code> = {
  nothing: ANONYMOUS,
  'token of a user': { kind: 'client', user: ANN, grants: [] },
  'token of a user, with grants': { kind: 'client', user: ANN, grants: GRANTED },
  'token without a user, with grants': { kind: 'client', user: null, grants: GRANTED },
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
  'application: a user': { kind: 'client', user: ANN, grants: [] },
  'application: a user, with grants': { kind: 'client', user: ANN, grants: GRANTED },
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

/** `*` stands for any characters, none included (N3): tried out letter by letter. */
export function matches(pattern: string, name: string): boolean {
  if (pattern === '') return name === ''
  if (pattern[0] === '*')
    return matches(pattern.slice(1), name) || (name !== '' && matches(pattern, name.slice(1)))
  return pattern[0] === name[0] && matches(pattern.slice(1), name.slice(1))
}

const ruleOf = (name: string) => {
  // N3: only a rule that begins with @ is for personal channels. Without one nobody but backends publishes there.
  if (name.startsWith('@')) return { subscribe: 'granted', publish: 'nobody' } as const
  return RULES.find(({ match }) => matches(match, name))!
}

/** N2: no pattern of a client matches a leading `@` or `$`. */
const isGranted = (who: Who, name: string): boolean =>
  who.kind === 'client' && !/^[@$]/.test(name) && who.grants.some(pattern => matches(pattern, name))

const userOf = (who: Who): string | null => (who.kind === 'client' ? who.user : null)

/** S8: without any credential it is 401, with one that does not suffice 403. */
const lacking = (who: Who): Code => (who.kind === 'anonymous' ? 'unauthorized' : 'forbidden')

/** Whether somebody receives a channel: `null`, or why not (N2, N3, §6). */
export function receive(who: Who, name: string): Code | null {
  if (name === EVERYONE) return null
  if (who.kind === 'operator') return null
  if (name.startsWith('$')) return lacking(who)
  if (who.kind === 'key') return who.read || who.admin ? null : 'forbidden'
  if (name.startsWith('@')) return name === `@${userOf(who)}` ? null : lacking(who)
  const { subscribe } = ruleOf(name)
  if (subscribe === 'anyone') return null
  if (subscribe === 'user') return userOf(who) !== null ? null : lacking(who)
  return isGranted(who, name) ? null : lacking(who)
}

/** Whether somebody publishes to a channel, `subscribed` on the same connection or not (N2, N3, §6). */
export function publish(who: Who, name: string, subscribed: boolean): Code | null {
  if (name.startsWith('$')) return 'forbidden'
  if (who.kind === 'operator') return who.mayWrite ? null : 'forbidden'
  if (who.kind === 'key') return who.publish.some(pattern => matches(pattern, name)) ? null : 'forbidden'
  const rule = ruleOf(name)
  if (rule.publish === 'nobody') return 'forbidden'
  if (rule.publish === 'subscribers') return subscribed ? null : 'forbidden'
  if (rule.publish === 'user') return userOf(who) !== null ? null : lacking(who)
  return isGranted(who, name) ? null : lacking(who)
}

/** N2: the channels that a connection has without asking. */
const isGiven = (who: Who, name: string): boolean => name === EVERYONE || name === `@${userOf(who)}`

const mayAdminister = (who: Who): boolean => who.kind === 'operator' || (who.kind === 'key' && who.admin)

/** What comes of a call once it is known who calls: `null`, done. */
function act(who: Who, call: Call, name: string): Code | null {
  // §6: asked before the name is looked at.
  if (call === 'http purge' || call === 'http delete') {
    if (!mayAdminister(who)) return lacking(who)
    if (name.includes(' ')) return 'bad_request'
    // The message that is to be deleted is not there.
    return call === 'http delete' ? 'not_found' : null
  }
  // N1.
  if (name.includes(' ')) return 'bad_request'
  switch (call) {
    case 'ws publish':
      return publish(who, name, isGiven(who, name))
    case 'ws publish, subscribed':
      return publish(who, name, isGiven(who, name) || receive(who, name) === null)
    // N3: over HTTP, whoever may subscribe counts as subscribed.
    case 'http publish':
      return publish(who, name, receive(who, name) === null)
    default:
      return receive(who, name)
  }
}

/** What the wire shows when a call is done. */
const DONE: Record<Call, string> = {
  'ws connect': 'subscribed',
  'ws publish': 'published',
  'ws subscribe': 'subscribed',
  'ws publish, subscribed': 'published',
  'ws history': 'history',
  'sse connect': '200 subscribed',
  'http publish': '200',
  'http channel': '200',
  'http history': '200',
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
