// Readers of the names and addresses in the configuration: channels, patterns, origins, URLs. Knows no key of the gateway.

import { isIPv4, isIPv6 } from 'node:net'
import { isChannelName, isReserved, MAX_CHANNEL_NAME_LENGTH } from '../../shared/channel-name.ts'
import { refuse } from './config-error.ts'
import type { Reader } from './fields.ts'

const NAME_RULE = `1 to ${MAX_CHANNEL_NAME_LENGTH} printable ASCII characters without spaces and " \\ , * < > \` { } | ^`
const PATTERN_RULE = NAME_RULE.replace(' *', '')

/** A pattern is a channel name in which `*` may stand (rules N1 and N3). */
export function isPattern(text: string): boolean {
  return text.length <= MAX_CHANNEL_NAME_LENGTH && isChannelName(text.replaceAll('*', '.'))
}

/** What a channel rule or a key's scope matches; `$…` belongs to the gateway, so no pattern may begin with it. */
export const pattern: Reader<string> = (value, at) => {
  if (typeof value === 'string' && isPattern(value) && !value.startsWith('$')) return value
  return refuse(at, value, `a pattern: ${PATTERN_RULE}, not beginning with $`)
}

/** A channel that anyone could be given: neither personal (`@…`) nor the gateway's own (`$…`). */
export const openChannel: Reader<string> = (value, at) => {
  if (typeof value === 'string' && isChannelName(value) && !isReserved(value)) return value
  return refuse(at, value, `a channel name: ${NAME_RULE}, not beginning with @ or $`)
}

const ORIGIN = /^([a-z][a-z0-9+.-]*):\/\/(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?$/
const DEFAULT_PORTS: Record<string, string> = { http: '80', https: '443' }

/** An origin as browsers send it (lower case, no default port), or `*`. */
export const origin: Reader<string> = (value, at) => {
  if (value === '*') return '*'
  const match = typeof value === 'string' ? ORIGIN.exec(value.toLowerCase()) : null
  if (!match) return refuse(at, value, 'scheme://host or scheme://host:port without a path, or "*" for any')
  const [, scheme, host, port] = match
  return port === undefined || port === DEFAULT_PORTS[scheme!]
    ? `${scheme}://${host}`
    : `${scheme}://${host}:${port}`
}

/** An http(s) URL without user, query and fragment; the slash at its end is dropped. */
export const webUrl: Reader<string> = (value, at) => {
  const url = typeof value === 'string' ? URL.parse(value) : null
  const plain = url && !url.username && !url.password && !url.search && !url.hash
  if (plain && (url.protocol === 'http:' || url.protocol === 'https:')) return url.href.replace(/\/+$/, '')
  return refuse(at, value, 'an http or https URL without user, query and fragment')
}

/** An http(s) URL that the gateway asks, exactly as written: there a slash at the end and a query matter. */
export const askedUrl: Reader<string> = (value, at) => {
  const url = typeof value === 'string' ? URL.parse(value) : null
  const isWeb = url?.protocol === 'http:' || url?.protocol === 'https:'
  if (isWeb && !url.username && !url.password && !url.hash) return url.href
  return refuse(at, value, 'an http or https URL without user and fragment')
}

/** An address, or a network in CIDR notation. */
export const network: Reader<string> = (value, at) => {
  const text = typeof value === 'string' ? value.trim() : ''
  const [address = '', bits, ...more] = text.split('/')
  const most = isIPv4(address) ? 32 : isIPv6(address) && !address.includes('%') ? 128 : -1
  const isBits = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most)
  if (most > 0 && isBits && more.length === 0) return text
  return refuse(at, value, 'an IP address, or a network such as 10.0.0.0/8 or 2001:db8::/32')
}

/** Which proxies are believed: none, the one that connects, or those of a list. */
export const trusted: Reader<boolean | readonly string[]> = (value, at) => {
  if (typeof value === 'boolean') return value
  if (Array.isArray(value)) return value.map((item, index) => network(item, `${at}[${index}]`))
  return refuse(at, value, 'true, false, or a list of the addresses and networks of your proxies')
}

/** Headers that belong to one connection or one body (RFC 9110, section 7.6.1): passed on, they would break the next. */
const OWN_TO_A_REQUEST = new Set(
  'connection content-encoding content-length content-type expect host keep-alive te trailer transfer-encoding upgrade'.split(
    ' ',
  ),
)

/** The name of an HTTP header (a token of RFC 9110, section 5.6.2) that may be passed on, in lower case. */
export const passedHeader: Reader<string> = (value, at) => {
  const name = typeof value === 'string' ? value.toLowerCase() : ''
  if (/^[!#$%&'*+.^_`|~\w-]{1,100}$/.test(name) && !OWN_TO_A_REQUEST.has(name)) return name
  return refuse(at, value, 'the name of an HTTP header that says something of the user')
}
