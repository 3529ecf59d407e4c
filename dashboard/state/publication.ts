// What the publish form sends, and the same as a command line. Pure.

import { isChannelName } from '../../shared/channel-name.ts'
import { findJsonFault } from './json-fault.ts'

export interface Draft {
  readonly channel: string
  readonly event: string
  /** JSON text; its tokens are sent as they are written. */
  readonly data: string
  readonly key: string
  /** Seconds, or empty. */
  readonly ttl: string
}

/** The body of the publish call. The data goes in as text, so that no number is rounded on the way. */
export function publishBody({ channel, event, data, key, ttl }: Draft): string {
  const members = [`"channel":${JSON.stringify(channel)}`, `"data":${data.trim()}`]
  if (event !== '') members.push(`"event":${JSON.stringify(event)}`)
  if (key !== '') members.push(`"key":${JSON.stringify(key)}`)
  if (ttl !== '') members.push(`"ttl":${Number(ttl)}`)
  return `{${members.join(',')}}`
}

/** One of many of the same message: with a key, each has its own, or they would be one. */
export function numbered(draft: Draft, number: number): Draft {
  return draft.key === '' ? draft : { ...draft, key: `${draft.key}-${number}` }
}

/** The call as a command for a POSIX shell, safe to paste whatever the draft holds; the API key comes from the environment. */
export function curlLine(baseUrl: string, draft: Draft): string {
  // Line breaks and tabs of valid JSON stand between tokens only; terminals complete and expand on them.
  const body = publishBody(draft).replace(/\s*[\t\n\r]\s*/g, ' ')
  return [
    `curl ${quote(`${baseUrl}api/publish`)}`,
    '-H "Authorization: Bearer $TWINWIRE_API_KEY"',
    `-d ${quote(body)}`,
  ].join(' \\\n  ')
}

/** Within single quotes a shell interprets nothing but the quote that ends them. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** What is wrong with a ttl, or null. */
export function ttlFault(ttl: string): string | null {
  if (ttl === '') return null
  return Number(ttl) > 0 && Number.isFinite(Number(ttl))
    ? null
    : 'A ttl is a number of seconds greater than 0.'
}

/** What is wrong with a channel's name, or null; nothing typed is no fault yet. */
export function channelFault(channel: string): string | null {
  if (channel === '' || isChannelName(channel)) return null
  return 'A name has 1–200 printable ASCII characters without space and " \\ , * < > ` { } | ^.'
}

/** Whether the gateway would take it. */
export function isComplete({ channel, data, ttl }: Draft): boolean {
  return (
    channel !== '' && channelFault(channel) === null && findJsonFault(data) === null && ttlFault(ttl) === null
  )
}
