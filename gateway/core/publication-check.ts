// What a publication must be, whoever it came from: one sentence for each way to be wrong. Pure; knows no publisher.

import { isChannelName } from '../../shared/channel-name.ts'
import type { Failure } from '../../shared/codes.ts'
import type { ChannelRule } from './channel-rules.ts'
import type { Publication } from './publication.ts'

/** Names, ids and keys are for machines: longer ones are a mistake. */
const MAX_WORD_LENGTH = 200
/** A year: beyond it a ttl is a mistake in the unit. */
const MAX_TTL_MS = 366 * 24 * 60 * 60 * 1000

/** Why a publication cannot be taken; null when it can (rules N1, N2, H5). */
export function checkPublication(
  publication: Publication,
  rule: ChannelRule,
  maxBytes: number,
): Failure | null {
  const { channel, data, ttlMs } = publication
  if (!isChannelName(channel)) return bad(channelNameMessage(channel))
  if (channel.startsWith('$')) {
    return {
      code: 'forbidden',
      message: `Channel "${channel}" belongs to the gateway: nobody else publishes there.`,
    }
  }
  const limit = Math.min(maxBytes, rule.maxMessageBytes ?? maxBytes)
  // A UTF-16 unit is at most three bytes of UTF-8: most messages need no count.
  if (data.length * 3 > limit && Buffer.byteLength(data) > limit) {
    const message = `"data" has ${Buffer.byteLength(data)} bytes, but a message in "${channel}" may have ${limit}.`
    return { code: 'too_large', message }
  }
  if (ttlMs !== undefined && !(ttlMs > 0 && ttlMs <= MAX_TTL_MS)) {
    return bad('"ttl" must be a number of seconds above 0 and at most a year.')
  }
  return (
    checkWord('event', publication.event) ?? checkWord('sender', publication.sender) ?? checkKey(publication)
  )
}

/** What is wrong with a text that is no channel name (rule N1). */
export function channelNameMessage(text: string): string {
  const shown = JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
  return `${shown} is no channel name: 1–200 printable ASCII characters without space " \\ , * < > \` { } | ^ are.`
}

function checkKey({ idempotency }: Publication): Failure | null {
  return checkWord('key', idempotency?.key)
}

function checkWord(name: string, text: string | undefined): Failure | null {
  if (text === undefined || (text.length > 0 && text.length <= MAX_WORD_LENGTH)) return null
  return bad(`"${name}" must have 1–${MAX_WORD_LENGTH} characters.`)
}

function bad(message: string): Failure {
  return { code: 'bad_request', message }
}
