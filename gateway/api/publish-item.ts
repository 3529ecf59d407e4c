// Reads one item of a publish request into publications: which members it may have and what each must be.
// Knows no identities and no HTTP.

import { personalChannel } from '../../shared/channel-name.ts'
import type { Failure } from '../../shared/codes.ts'
import type { Members } from '../../shared/json-members.ts'
import type { Publication } from '../core/publication.ts'

/** What an item says: the same content to one channel or to several. */
export interface PublishItem {
  readonly channels: readonly string[]
  /** Whether it named a list: then each channel has its own result. */
  readonly several: boolean
  readonly content: Omit<Publication, 'channel' | 'idempotency' | 'user'>
  readonly key?: string | undefined
}

const MEMBERS = ['channel', 'channels', 'user', 'data', 'event', 'key', 'ttl', 'sender']

/** Reads an item; `bad_request` names the member that is wrong. Names, lengths and sizes are the publisher's to check. */
export function readPublishItem({ members, values }: Members): PublishItem | Failure {
  for (const name of members.keys()) {
    if (!MEMBERS.includes(name))
      return bad(`Unknown member ${JSON.stringify(name)}; a message may have ${MEMBERS.join(', ')}.`)
  }
  const channels = readChannels(values)
  if ('code' in channels) return channels
  const data = members.get('data')
  if (data === undefined) return bad('The member "data" is missing; any JSON may stand there, null too.')
  const { event, key, sender, ttl } = values
  for (const [name, value] of Object.entries({ event, key, sender })) {
    if (value !== undefined && typeof value !== 'string') return bad(`The member "${name}" must be a string.`)
  }
  if (ttl !== undefined && typeof ttl !== 'number')
    return bad('The member "ttl" must be a number of seconds.')
  return {
    ...channels,
    content: {
      data,
      event: event as string | undefined,
      sender: sender as string | undefined,
      ttlMs: ttl === undefined ? undefined : Math.ceil(ttl * 1000),
    },
    key: key as string | undefined,
  }
}

type Target = Pick<PublishItem, 'channels' | 'several'>

function readChannels({ channel, channels, user }: Members['values']): Target | Failure {
  const given = [channel, channels, user].filter(value => value !== undefined)
  if (given.length !== 1) return bad('A message needs exactly one of "channel", "channels" and "user".')
  if (user !== undefined) {
    // Many databases number their users, and a backend hands on what it has.
    const name = Number.isSafeInteger(user) ? String(user) : user
    if (typeof name !== 'string' || name === '')
      return bad('The member "user" must be a string that is not empty, or a whole number.')
    return { channels: [personalChannel(name)], several: false }
  }
  const names = channel !== undefined ? [channel] : channels
  if (!Array.isArray(names) || names.length === 0)
    return bad('The member "channels" must be an array of channel names.')
  for (const name of names) {
    if (typeof name !== 'string') return bad(`A channel must be a string, not ${typeName(name)}.`)
  }
  return { channels: names as string[], several: channels !== undefined }
}

function typeName(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`
}

function bad(message: string): Failure {
  return { code: 'bad_request', message }
}
