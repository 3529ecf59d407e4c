// Says who a request comes from: a backend, a client, an operator, or nobody in particular. Knows no transports.

import type { Failure } from '../../shared/codes.ts'
import type { Identity } from '../core/identity.ts'
import type { KeyedAccess } from './access.ts'
import { findCookie, findCredential, queryToken, type RequestParts, SESSION_COOKIE } from './credentials.ts'
import type { Hook, Visit } from './hook.ts'
import type { Operators } from './operators.ts'
import type { Origins } from './origins.ts'

/**
 * A token that is present but bad is a failure, never an anonymous identity (rule W4). Whoever shows neither a token nor
 * an operator's session is the application's to name, if there is a hook.
 */
export type Identify = (request: RequestParts, visit: Visit) => Promise<Identity | Failure>

export interface IdentifyParts {
  readonly access: Pick<KeyedAccess, 'authenticate' | 'identifyKey'>
  readonly operators: Pick<Operators, 'session' | 'isOpen'>
  readonly origins: Pick<Origins, 'lendsCookies' | 'trusts'>
  readonly hook: Hook | null
}

export function createIdentify({ access, operators, origins, hook }: IdentifyParts): Identify {
  // Cookies come from any page, and so does what a browser answers to a proxy's challenge by itself.
  const ask = async (request: RequestParts, visit: Visit, from: Hook): Promise<Identity | Failure> =>
    isForeign(request, origins) ? NOT_ASKED : from.identify(request, visit)
  return async (request, visit) => {
    const credential = findCredential(request)
    if (credential === null) {
      const operator = identifyOperator(request, operators, origins)
      if (operator !== null || hook === null) return operator ?? { kind: 'anonymous' }
      return ask(request, visit, hook)
    }
    const { source, value } = credential
    if (source === 'authorization') {
      const key = access.identifyKey(value)
      if (key !== null) return key
      if (!value.includes('.'))
        return hook?.takesAuthorization ? named(await ask(request, visit, hook)) : NO_KEY
    }
    // Browsers send cookies for any page: without this, every site could publish as the user who visits it.
    if (source === 'cookie' && isForeign(request, origins)) {
      const ownToken = queryToken(request.url)
      return ownToken ? access.authenticate(ownToken) : FOREIGN_PAGE
    }
    return access.authenticate(value)
  }
}

function isForeign({ headers }: RequestParts, origins: IdentifyParts['origins']): boolean {
  return !origins.lendsCookies(headers.origin, headers.host)
}

/** A header that is neither a key nor a JWT of ours may be the application's own; but it is not overlooked. */
function named(identity: Identity | Failure): Identity | Failure {
  return 'user' in identity && identity.user === undefined ? NO_KEY : identity
}

const NO_KEY: Failure = {
  code: 'unauthorized',
  message:
    'The Authorization header holds no API key of this gateway and no JWT: send "Bearer <key or token>".',
}

const FOREIGN_PAGE: Failure = {
  code: 'forbidden',
  message:
    'Pages of this origin may not use the twinwire_token cookie: name the origin in origins (* does not count).',
}

/** The application would judge its visitor by cookies that the page had no part in. */
const NOT_ASKED: Failure = {
  code: 'forbidden',
  message:
    'The application is not asked about pages of this origin: name the origin in origins (* does not count).',
}

/**
 * The cookie comes along without anyone having asked for it. From a page that may not use it, or after its session has
 * ended, it is therefore no credential at all; operators' channels then refuse.
 */
function identifyOperator(
  { headers }: RequestParts,
  operators: IdentifyParts['operators'],
  origins: IdentifyParts['origins'],
): Identity | null {
  const id = findCookie(headers.cookie, SESSION_COOKIE)
  if (!id || !origins.trusts(headers.origin, headers.host)) return null
  const session = operators.session(id)
  if (session === null) return null
  const { user, role, expires } = session
  return { kind: 'operator', user, session: id, role, expires, hasEnded: () => !operators.isOpen(id) }
}
