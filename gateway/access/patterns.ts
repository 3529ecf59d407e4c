// Grants made of patterns (rule N2): which channels a token or a key covers. Knows no tokens and no keys.

import { compilePattern, isReserved } from '../../shared/channel-name.ts'
import type { Grant } from '../core/identity.ts'

/** A client's patterns never match a personal channel or one of the gateway's own, also not when they spell it out. */
export function clientGrant(patterns: readonly string[]): Grant {
  return grantOf(patterns, channel => !isReserved(channel))
}

/** A key's patterns match personal channels too (`*` includes `@…`), never the gateway's own. */
export function keyGrant(patterns: readonly string[]): Grant {
  return grantOf(patterns, channel => !channel.startsWith('$'))
}

/** Tokens often list hundreds of exact names: one look-up for all of those. */
function grantOf(patterns: readonly string[], mayMatch: (channel: string) => boolean): Grant {
  const names = new Set(patterns.filter(pattern => !pattern.includes('*')))
  const wild = patterns
    .filter(pattern => pattern.includes('*'))
    .map(pattern => ({ pattern, matches: compilePattern(pattern) }))
  const covers = (channel: string): boolean =>
    mayMatch(channel) && (names.has(channel) || wild.some(({ matches }) => matches(channel)))
  const patternFor = (channel: string): string | undefined => {
    if (!mayMatch(channel)) return undefined
    return names.has(channel) ? channel : wild.find(({ matches }) => matches(channel))?.pattern
  }
  const all = (): readonly string[] => [...names, ...wild.map(({ pattern }) => pattern)]
  return Object.assign(covers, { patternFor, patterns: all })
}
