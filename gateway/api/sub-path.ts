// The part of the address that a proxy puts in front of every path (`publicUrl: https://example.org/realtime`). Knows no
// routes.

import type { IncomingMessage } from 'node:http'

/** The path of a public URL, without a slash at its end; empty without one. */
export function subPath(publicUrl: string | undefined): string {
  return publicUrl === undefined ? '' : new URL(publicUrl).pathname.replace(/\/+$/, '')
}

/** Proxies may take the sub-path off or leave it on: for the routes it is off. */
export function createRewrite(publicUrl: string | undefined): (request: IncomingMessage) => string {
  const prefix = `${subPath(publicUrl)}/`
  return ({ url = '/' }) => (prefix !== '/' && url.startsWith(prefix) ? url.slice(prefix.length - 1) : url)
}
