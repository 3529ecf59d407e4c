// Keys that lead somewhere: `/` to the page's search, `g` and a letter to a page, `?` to the list of them. Pure.

import type { PageName } from '../page-name.ts'

export type Shortcut =
  | { readonly name: 'search' }
  | { readonly name: 'keys' }
  | { readonly name: 'page'; readonly page: PageName }

/** What was pressed before, and when (ms). */
export interface Pressed {
  readonly key: string
  readonly time: number
}

/** A second key that comes later than this begins anew. */
const PAIR_MS = 1500

export const PAGE_KEYS: readonly { key: string; page: PageName; label: string }[] = [
  { key: 'o', page: '', label: 'Overview' },
  { key: 'c', page: 'connections', label: 'Connections' },
  { key: 'h', page: 'channels', label: 'Channels' },
  { key: 'p', page: 'publish', label: 'Publish' },
  { key: 'e', page: 'events', label: 'Events' },
  { key: 'a', page: 'access', label: 'Access' },
  { key: 's', page: 'settings', label: 'Settings' },
]

/** What a key means after the one before it; `null` when nothing. */
export function shortcutOf(before: Pressed | null, pressed: Pressed): Shortcut | null {
  if (before?.key === 'g' && pressed.time - before.time <= PAIR_MS) {
    const found = PAGE_KEYS.find(each => each.key === pressed.key)
    if (found) return { name: 'page', page: found.page }
  }
  if (pressed.key === '/') return { name: 'search' }
  return pressed.key === '?' ? { name: 'keys' } : null
}
