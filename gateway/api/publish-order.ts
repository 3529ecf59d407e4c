// Reads what a publish request asks for, from the text of its body (rules H1–H3). Knows no identities and judges nothing.

import type { Failure } from '../../shared/codes.ts'
import { hasMoreItems, readItems, readMembers } from '../../shared/json-members.ts'
import { type PublishItem, readPublishItem } from './publish-item.ts'

const MAX_MESSAGES = 1000

/** What a request asks for, before anybody has judged whether it may. */
export interface Order {
  readonly items: readonly (PublishItem | Failure)[]
  readonly isArray: boolean
  readonly messages: number
}

/** Reads a body; `header` is the idempotency key of the request's headers. */
export function readOrder(text: string, header: string | undefined): Order | Failure {
  if (text === '') return bad('The request body is empty; send a JSON object, or an array of them.')
  const key = header === '' ? undefined : header
  const isArray = /^\s*\[/.test(text)
  const items = isArray ? readArray(text, key) : readSingle(text, key)
  if ('code' in items) return items
  // Counted before anything is done for each: a list of a million channels fits in a body.
  const messages = items.reduce((sum, item) => sum + ('code' in item ? 1 : item.channels.length), 0)
  return messages > MAX_MESSAGES ? tooMany(messages) : { items, isArray, messages }
}

function readSingle(text: string, key: string | undefined): readonly [PublishItem] | Failure {
  const members = readMembers(text)
  if ('code' in members) return members
  const item = readPublishItem(members)
  if ('code' in item) return item
  if (key !== undefined && item.key !== undefined && key !== item.key) {
    return bad('The member "key" and the header Idempotency-Key differ; send one of them.')
  }
  return [{ ...item, key: item.key ?? key }]
}

function readArray(text: string, key: string | undefined): readonly (PublishItem | Failure)[] | Failure {
  if (key !== undefined) {
    return bad('Idempotency-Key is for a single message; in an array, give each item its "key".')
  }
  if (hasMoreItems(text, MAX_MESSAGES)) return tooMany(`more than ${MAX_MESSAGES}`)
  const items = readItems(text)
  if ('code' in items) return items
  return items.map(members => ('code' in members ? members : readPublishItem(members)))
}

function bad(message: string): Failure {
  return { code: 'bad_request', message }
}

function tooMany(count: number | string): Failure {
  return {
    code: 'too_large',
    message: `The request holds ${count} messages; at most ${MAX_MESSAGES} fit in one.`,
  }
}
