// What a new API key may be: the form of its name and scope, and never more than its maker may. Makes the key itself.

import { randomBytes } from 'node:crypto'
import type { Failure } from '../../shared/codes.ts'
import { isPattern } from '../config/names.ts'
import type { Identity } from '../core/identity.ts'
import type { KeyScope } from '../core/key-store.ts'

/** Found by secret scanners, and how the gateway knows that a text could be a key made at run time. */
export const KEY_PREFIX = 'tw_'
export const MAX_KEY_RATE = 1_000_000

/** 256 random bits, in letters that survive a shell, a URL and a double click. */
export function makeKey(): string {
  return KEY_PREFIX + randomBytes(32).toString('hex')
}

/** `bad_request` for a scope that no key can have, in one sentence. */
export function checkScope({ name, publish, read, admin, publishPerSecond }: KeyScope): Failure | null {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(name)) {
    return bad(
      `${JSON.stringify(name.slice(0, 80))} is no name of a key: use letters, digits, - and _, at most 64.`,
    )
  }
  const wrong = publish.find(pattern => !isPattern(pattern) || pattern.startsWith('$'))
  if (wrong !== undefined) {
    const shown = JSON.stringify(wrong.slice(0, 80))
    return bad(
      `${shown} is no pattern to publish to: write a channel name, * for any characters, not beginning with $.`,
    )
  }
  if (publish.length === 0 && !read && !admin) {
    return bad('This key could do nothing: give it channels to publish to, "read" or "admin".')
  }
  const rate = publishPerSecond ?? 1
  if (!Number.isInteger(rate) || rate < 1 || rate > MAX_KEY_RATE) {
    return bad(`"publishPerSecond" is a whole number from 1 to ${MAX_KEY_RATE}; leave it out for no rate.`)
  }
  return null
}

/**
 * `forbidden` if a key would make one that may do more than itself (only admin keys make any, and these read all).
 * Operators may do everything.
 */
export function checkMaker(maker: Identity, { publish, publishPerSecond }: KeyScope): Failure | null {
  if (maker.kind !== 'key') return null
  // A pattern is covered by another if that matches its text: the `*` in the text stands for any characters, and only
  // a `*` of the other pattern can match it.
  const beyond = publish.find(pattern => !maker.publish(pattern))
  if (beyond !== undefined) {
    return forbid(
      `The API key "${maker.name}" may not publish to all of "${beyond}" and cannot give that away: ask an operator, or use a key that may.`,
    )
  }
  const own = maker.publishRate?.perSecond
  if (own === undefined || (publishPerSecond ?? Number.POSITIVE_INFINITY) <= own) return null
  return forbid(
    `The API key "${maker.name}" publishes ${own} messages a second at most: give the new key a "publishPerSecond" of ${own} or less.`,
  )
}

function bad(message: string): Failure {
  return { code: 'bad_request', message }
}

function forbid(message: string): Failure {
  return { code: 'forbidden', message }
}
