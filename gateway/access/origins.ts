// Which web pages may talk to the gateway: its own origin, the configured ones, loopback in development (rule W6).
// Knows no requests, only the two headers that matter.

import type { Config } from '../config/config.ts'

export interface Origins {
  /** Whether a request may come from this `Origin`; none at all (a backend, a same-origin GET) may. */
  allows(origin: string | undefined, host: string | undefined): boolean
  /**
   * Whether the cookies count that come along with it. Not from pages that only `*` lets in: these are any page that
   * somebody visits, and a cookie comes from all of them alike.
   */
  lendsCookies(origin: string | undefined, host: string | undefined): boolean
  /**
   * Whether it may use an operator's session: the gateway's own pages and origins configured by name. `*` and the
   * ease of development do not count: SameSite treats every port of one host as the same site, so a page on another
   * port could read the session's CSRF token and act as the operator.
   */
  trusts(origin: string | undefined, host: string | undefined): boolean
  /** Headers that let the page of an allowed origin read the answer; `Vary` alone for others, so that caches keep them apart. */
  corsHeaders(origin: string | undefined, host: string | undefined): Record<string, string>
}

export function createOrigins(config: Pick<Config, 'host' | 'origins' | 'publicUrl'>): Origins {
  const named = new Set(config.origins.filter(origin => origin !== '*'))
  if (config.publicUrl !== undefined) named.add(new URL(config.publicUrl).origin)
  const any = config.origins.includes('*')
  const development = config.origins.length === 0 && isLoopback(config.host)

  const trusts: Origins['trusts'] = (origin, host) =>
    origin === undefined || named.has(origin.toLowerCase()) || isOwn(origin, host)
  const lendsCookies: Origins['lendsCookies'] = (origin, host) =>
    trusts(origin, host) || (development && isLoopbackOrigin(origin))
  const allows: Origins['allows'] = (origin, host) => any || lendsCookies(origin, host)
  return {
    allows,
    lendsCookies,
    trusts,
    corsHeaders(origin, host) {
      if (origin === undefined || !allows(origin, host)) return { vary: 'Origin' }
      return {
        vary: 'Origin',
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        'access-control-expose-headers': 'Retry-After',
      }
    },
  }
}

/** A page that was loaded from this gateway. The scheme is not compared: a proxy may have taken TLS off. */
function isOwn(origin: string, host: string | undefined): boolean {
  const page = webUrl(origin)
  if (page === null || host === undefined) return false
  // Read with the page's scheme, so that a default port is left out on both sides.
  return webUrl(`${page.protocol}//${host}`)?.host === page.host
}

function isLoopbackOrigin(origin: string | undefined): boolean {
  const page = webUrl(origin ?? '')
  return page !== null && isLoopback(page.hostname)
}

/** http and https only: other schemes have no host that means anything here, and `null` has none at all. */
function webUrl(text: string): URL | null {
  const url = URL.parse(text)
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url : null
}

/** Whether a host name or address is this machine itself. */
export function isLoopback(host: string): boolean {
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    /^((::ffff:)?127(\.\d{1,3}){3}|\[?::1\]?)$/.test(host)
  )
}
