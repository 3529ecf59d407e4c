// The configuration as a person reads it back from a gateway that runs: every key with its value, where that comes from,
// and why it is there. Secrets are left out. Knows no files and no key by its name.

import type { Field, Reader } from './fields.ts'

/** Stands where a secret is. */
export const HIDDEN = '(hidden)'

export interface RunningSetting {
  /** Dotted path: `limits.messageBytes`. */
  readonly key: string
  /** As it is written; null: not set. */
  readonly value: unknown
  /** As one would write it; null: there is none. */
  readonly default: unknown
  readonly source: 'file' | 'environment' | 'generated' | 'default'
  /** The environment variable that it comes from. */
  readonly variable?: string
  /** Whether it was set to something else than the default. */
  readonly isChanged: boolean
  readonly why: string
}

export interface Running {
  /** The configuration file; null: there is none. */
  readonly file: string | null
  readonly settings: readonly RunningSetting[]
}

/** What stands over the file. */
export interface Override extends Pick<RunningSetting, 'value' | 'variable'> {
  readonly source: 'environment' | 'generated'
}
/** By key. */
type Overrides = ReadonlyMap<string, Override>

/** Every key of a table that `given` has been read with, in its order. */
export function describeSettings(
  table: Reader<unknown>,
  given: unknown,
  overrides: Overrides,
): RunningSetting[] {
  return rowsOf(table, given, '', overrides)
}

function rowsOf(
  table: Reader<unknown>,
  given: unknown,
  path: string,
  overrides: Overrides,
): RunningSetting[] {
  const values = (given ?? {}) as Record<string, unknown>
  return Object.entries(table.fields ?? {}).flatMap(([name, field]) => {
    const key = path === '' ? name : `${path}.${name}`
    const value = values[name] ?? null
    const isGroup = field.read.fields !== undefined
    if (isGroup && (value !== null || field.presence === 'default'))
      return rowsOf(field.read, value, key, overrides)
    return [rowOf(field, key, value, overrides)]
  })
}

function rowOf(field: Field<unknown>, key: string, given: unknown, overrides: Overrides): RunningSetting {
  const { read, fallback = null, why } = field
  const override = overrides.get(key)
  const source = override?.source ?? (given === null ? 'default' : 'file')
  const value = override ? override.value : (given ?? fallback)
  const isSet = source === 'file' || source === 'environment'
  return {
    key,
    value: withoutSecrets(value, read),
    default: fallback,
    source,
    ...(override?.variable !== undefined && { variable: override.variable }),
    isChanged: isSet && (fallback === null || !isSame(read(value, key), read(fallback, key))),
    why,
  }
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/** A copy that can be shown: neither secrets nor the queries of URLs, in which some services want their key. */
function withoutSecrets(value: unknown, read: Reader<unknown>): unknown {
  if (value === null || value === undefined) return null
  if (read.isSecret) return HIDDEN
  if (Array.isArray(value)) return value.map(item => withoutSecrets(item, read.item ?? PLAIN))
  if (typeof value === 'string') return withoutQuery(value)
  if (typeof value !== 'object') return value
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return Object.fromEntries(
    members.map(([name, member]) => [name, withoutSecrets(member, read.fields?.[name]?.read ?? PLAIN)]),
  )
}

/** A URL is whatever is read as one: `HTTPS:` too, and with white space before it. */
function withoutQuery(text: string): string {
  const url = URL.parse(text)
  const isWeb = url?.protocol === 'http:' || url?.protocol === 'https:'
  return isWeb && url.search !== '' ? `${text.slice(0, text.indexOf('?') + 1)}${HIDDEN}` : text
}

/** For what is inside values whose form no reader tells, as a rule's `history`: it holds no secrets. */
const PLAIN: Reader<unknown> = value => value
