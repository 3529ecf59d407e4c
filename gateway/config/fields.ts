// The rows of the configuration's table: what reads a key, what stands in for one not given, and why.
// Knows no key of the gateway.

import { ConfigError, refuseUnseen } from './config-error.ts'
import { nearestName } from './nearest-name.ts'

/** Turns a raw value into a checked one, or throws ConfigError naming `at`. */
export interface Reader<T> {
  (value: unknown, at: string): T
  /** Of a mapping: what it holds. */
  readonly fields?: Fields
  /** Of a list: what its items are. */
  readonly item?: Reader<unknown>
  /** Nobody is shown the value. */
  readonly isSecret?: true
}

/** One row of the table. `fallback` is written as a person would write it and read like any value. */
export interface Field<T> {
  readonly read: Reader<T>
  readonly presence: 'default' | 'optional' | 'required'
  readonly fallback: unknown
  /** Why the default is what it is, or what the key is for: the documentation is made of these. */
  readonly why: string
}

export type Fields = Readonly<Record<string, Field<unknown>>>
export type Read<F extends Fields> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never }

export function setting<T>(read: Reader<T>, fallback: unknown, why: string): Field<T> {
  return { read, presence: 'default', fallback, why }
}

export function optional<T>(read: Reader<T>, why: string): Field<T | undefined> {
  return { read, presence: 'optional', fallback: undefined, why }
}

export function required<T>(read: Reader<T>, why: string): Field<T> {
  return { read, presence: 'required', fallback: undefined, why }
}

/** A mapping with these keys and no others. A key that stands empty (`publicUrl:`) counts as not given. */
export function group<F extends Fields>(fields: F): Reader<Read<F>> {
  const read = (value: unknown, at: string): Read<F> => {
    if (!isMapping(value))
      return refuseUnseen(at, value, `a mapping with the keys ${Object.keys(fields).join(', ')}`)
    const unknown = Object.keys(value).find(key => !Object.hasOwn(fields, key))
    if (unknown !== undefined) throw unknownKey(join(at, unknown), unknown, Object.keys(fields))
    const entries = Object.entries(fields).map(([key, field]) => [
      key,
      readField(field, value[key], join(at, key)),
    ])
    return Object.fromEntries(entries) as Read<F>
  }
  return Object.assign(read, { fields })
}

function readField<T>(field: Field<T>, given: unknown, at: string): unknown {
  if (given !== undefined && given !== null) return field.read(given, at)
  if (field.presence === 'default') return field.read(field.fallback, at)
  if (field.presence === 'required') throw new ConfigError(at, `this key is missing; it holds ${field.why}.`)
  return undefined
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function unknownKey(at: string, key: string, known: readonly string[]): ConfigError {
  const nearest = nearestName(key, known)
  const hint = nearest === null ? `the keys here are ${known.join(', ')}` : `did you mean ${nearest}?`
  return new ConfigError(at, `there is no such key; ${hint}`)
}

function join(at: string, key: string): string {
  return at === '' ? key : `${at}.${key}`
}
