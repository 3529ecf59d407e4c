// Finds what a request shows of itself (rule W4): a token in one of four places, or an operator's cookie. Judges nothing.

/** The parts of a request that matter here; a Node `IncomingMessage` fits. */
export interface RequestParts {
  readonly headers: {
    readonly authorization?: string | undefined
    readonly cookie?: string | undefined
    readonly host?: string | undefined
    readonly origin?: string | undefined
    readonly 'sec-websocket-protocol'?: string | undefined
    readonly [name: string]: string | readonly string[] | undefined
  }
  /** Path and query. */
  readonly url?: string | undefined
}

export interface Credential {
  readonly source: 'authorization' | 'subprotocol' | 'cookie' | 'query'
  readonly value: string
}

const TOKEN_COOKIE = 'twinwire_token'
export const SESSION_COOKIE = 'twinwire_session'
/** Cookies that are for the gateway alone. */
export const OWN_COOKIES: readonly string[] = [TOKEN_COOKIE, SESSION_COOKIE]
const TOKEN_PROTOCOL = 'twinwire.token.'

/** The token of a request, the first in the order of rule W4, or `null`. A later one never stands in for a bad one. */
export function findCredential({ headers, url }: RequestParts): Credential | null {
  const bearer = bearerOf(headers.authorization)
  if (bearer !== null) return { source: 'authorization', value: bearer }
  const offers = headers['sec-websocket-protocol']?.split(',').map(offer => offer.trim())
  const offered = offers?.find(offer => offer.startsWith(TOKEN_PROTOCOL))
  if (offered !== undefined) return { source: 'subprotocol', value: offered.slice(TOKEN_PROTOCOL.length) }
  // Empty is how a page writes "signed out" in these two places.
  const cookie = findCookie(headers.cookie, TOKEN_COOKIE)
  if (cookie) return { source: 'cookie', value: cookie }
  const query = queryToken(url)
  return query ? { source: 'query', value: query } : null
}

/**
 * The value after `Bearer`, or the whole header if it has another form, so that it is refused instead of overlooked.
 * `Basic` is passed over: it belongs to a proxy in front, and browsers then send it with every request.
 */
function bearerOf(header: string | undefined): string | null {
  if (header === undefined || /^basic( |$)/i.test(header)) return null
  return header.replace(/^bearer( +|$)/i, '').trim()
}

/** A cookie's value; the first of several with one name, which has the more specific path (RFC 6265, section 5.4). */
export function findCookie(header: string | undefined, name: string): string | null {
  for (const pair of header?.split(';') ?? []) {
    const equals = pair.indexOf('=')
    if (equals < 0 || pair.slice(0, equals).trim() !== name) continue
    return pair
      .slice(equals + 1)
      .trim()
      .replace(/^"(.*)"$/, '$1')
  }
  return null
}

/** A token that a page has put into the URL itself. */
export function queryToken(url: string | undefined): string | null {
  const start = url?.indexOf('?') ?? -1
  return start < 0 ? null : new URLSearchParams(url!.slice(start + 1)).get('token')
}
