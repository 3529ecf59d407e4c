// From a text frame to a command, or to the sentence that says what is wrong with it (rules W2, W3). Pure; knows no session.

import { isChannelName } from '../../shared/channel-name.ts'
import type { Failure } from '../../shared/codes.ts'
import type { Json, Ref } from '../../shared/frames.ts'
import { readMembers } from '../../shared/json-members.ts'
import { channelNameMessage } from './publication-check.ts'

interface Named {
  readonly ref?: Ref
  readonly channel: string
}

export type ParsedCommand =
  | (Named & { readonly type: 'subscribe'; readonly since?: string; readonly history?: number })
  | (Named & { readonly type: 'unsubscribe' })
  /** `data` is JSON text, its tokens as the client wrote them (rule H3). */
  | (Named & {
      readonly type: 'publish'
      readonly data: string
      readonly event?: string
      readonly key?: string
    })
  | (Named & { readonly type: 'presence' })
  | (Named & {
      readonly type: 'history'
      readonly since?: string
      readonly before?: string
      readonly limit?: number
    })
  | { readonly type: 'ping'; readonly ref?: Ref }
  | { readonly type: 'auth'; readonly ref?: Ref; readonly token: string }

type Fields = { readonly [name: string]: 'channel' | 'text' | 'text?' | 'count?' | 'json' }

const FIELDS: { readonly [Type in ParsedCommand['type']]: Fields } = {
  subscribe: { channel: 'channel', since: 'text?', history: 'count?' },
  unsubscribe: { channel: 'channel' },
  publish: { channel: 'channel', data: 'json', event: 'text?', key: 'text?' },
  presence: { channel: 'channel' },
  history: { channel: 'channel', since: 'text?', before: 'text?', limit: 'count?' },
  ping: {},
  auth: { token: 'text' },
}

const MAX_REF_LENGTH = 200

export type ParseOutcome =
  | { readonly command: ParsedCommand }
  /** `isMalformed`: no command at all; a few in a row end the connection (rule W2). */
  | { readonly failure: Failure; readonly ref: Ref | undefined; readonly isMalformed: boolean }

/** Reads one text frame. */
export function parseCommand(text: string): ParseOutcome {
  const read = readMembers(text)
  if ('code' in read) return { failure: read, ref: undefined, isMalformed: true }
  const { values, members } = read
  const { type, ref } = values
  if (ref !== undefined && !isRef(ref))
    return refuse('"ref" must be a number within ±(2^53−1) or a text of at most 200 characters.')
  if (!isCommandType(type))
    return refuse(`"type" must be one of ${Object.keys(FIELDS).join(', ')}.`, ref, true)
  const problem = findProblem(type, values)
  if (problem) return refuse(problem, ref)
  const command = type === 'publish' ? { ...values, data: members.get('data') } : values
  return { command: command as unknown as ParsedCommand }
}

function isRef(value: unknown): value is Ref {
  // A number that JavaScript cannot hold would come back as another one.
  if (typeof value === 'number') return Math.abs(value) <= Number.MAX_SAFE_INTEGER
  return typeof value === 'string' && value.length <= MAX_REF_LENGTH
}

function isCommandType(value: unknown): value is ParsedCommand['type'] {
  return typeof value === 'string' && Object.hasOwn(FIELDS, value)
}

function findProblem(type: ParsedCommand['type'], values: Readonly<Record<string, Json>>): string | null {
  const fields = FIELDS[type]
  for (const name of Object.keys(values)) {
    if (name === 'type' || name === 'ref' || Object.hasOwn(fields, name)) continue
    const known = ['type', 'ref', ...Object.keys(fields)].join(', ')
    return `"${type}" has no field ${JSON.stringify(name)}: its fields are ${known}.`
  }
  for (const [name, kind] of Object.entries(fields)) {
    const value = values[name]
    if (value === undefined) {
      if (!kind.endsWith('?')) return `"${type}" needs the field "${name}".`
    } else {
      const problem = checkValue(name, kind, value)
      if (problem) return problem
    }
  }
  return null
}

function checkValue(name: string, kind: string, value: Json): string | null {
  if (kind === 'json') return null
  if (kind === 'count?') {
    const isCount = Number.isSafeInteger(value) && (value as number) >= 0
    return isCount ? null : `"${name}" must be a whole number, 0 or more.`
  }
  if (typeof value !== 'string') return `"${name}" must be a text.`
  return kind === 'channel' && !isChannelName(value) ? channelNameMessage(value) : null
}

function refuse(message: string, ref?: Ref, isMalformed = false): ParseOutcome {
  return { failure: { code: 'bad_request', message }, ref, isMalformed }
}
