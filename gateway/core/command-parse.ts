// From a text frame to a command, or to the sentence that says what is wrong with it (rules W2, W3). Pure; knows no session.

import { isChannelName } from '../../shared/channel-name.ts'
import type { Failure } from '../../shared/codes.ts'
import type { Json, Ref } from '../../shared/frames.ts'
import { readMembers } from '../../shared/json-members.ts'
import { channelNameMessage } from './publication-check.ts'

declare global {
  interface JSON {
    /** Stands in what `JSON.stringify` is given for a number that it writes as the text says (ES2026). */
    rawJSON(text: string): unknown
  }
}

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
  const { type } = values
  const ref = readRef(values.ref, members.get('ref'))
  if (ref === null)
    return refuse(`"ref" must be a number or a text, of at most ${MAX_REF_LENGTH} characters.`)
  if (!isCommandType(type))
    return refuse(`"type" must be one of ${Object.keys(FIELDS).join(', ')}.`, ref, true)
  const problem = findProblem(type, values)
  if (problem) return refuse(problem, ref)
  const echo = ref !== undefined && { ref }
  const command = { ...values, ...echo, ...(type === 'publish' && { data: members.get('data') }) }
  return { command: command as unknown as ParsedCommand }
}

/** The ref to answer with; null: it is none. */
function readRef(value: Json | undefined, raw = ''): Ref | undefined | null {
  if (value === undefined) return undefined
  if (typeof value === 'string') return value.length <= MAX_REF_LENGTH ? value : null
  if (typeof value !== 'number' || raw.length > MAX_REF_LENGTH) return null
  // What JavaScript cannot hold (64-bit integers, for one) would come back as another number.
  return String(value) === raw ? value : (JSON.rawJSON(raw) as unknown as Ref)
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
    const isCount = Number.isInteger(value) && (value as number) >= 0
    return isCount ? null : `"${name}" must be a whole number, 0 or more.`
  }
  if (typeof value !== 'string') return `"${name}" must be a text.`
  return kind === 'channel' && !isChannelName(value) ? channelNameMessage(value) : null
}

function refuse(message: string, ref?: Ref, isMalformed = false): ParseOutcome {
  return { failure: { code: 'bad_request', message }, ref, isMalformed }
}
