// Where the dashboard is served and how its pages are addressed. Pages are one level below the base, so that relative
// assets and API paths resolve alike on all of them, whatever sub-path a proxy adds.

import type { PageName } from './page-name.ts'

/** The gateway's base URL, with its trailing slash. */
export const baseUrl = new URL('./', document.baseURI)

/** The address of a page with its filters; empty ones are left out. */
export function pageLink(page: PageName, query: Record<string, string> = {}): string {
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== '')).toString()
  return `${baseUrl.pathname}${page}${search === '' ? '' : `?${search}`}`
}

/** The page that a path names. */
export function pageOf(path: string): string {
  return path.startsWith(baseUrl.pathname) ? path.slice(baseUrl.pathname.length) : ''
}
