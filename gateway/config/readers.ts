// Readers of single values: each checks one kind, and refuses with the key, the value and what is allowed.
// Knows no key of the gateway.

import { ConfigError, refuse, refuseUnseen } from './config-error.ts'
import type { Reader } from './fields.ts'
import { formatDuration, formatSize, parseDuration, parseSize } from './units.ts'

export function listOf<T>(read: Reader<T>): Reader<readonly T[]> {
  const readAll = (value: unknown, at: string): readonly T[] => {
    if (!Array.isArray(value)) return refuse(at, value, 'a list')
    return value.map((item, index) => read(item, `${at}[${index}]`))
  }
  return Object.assign(readAll, { item: read })
}

/** A list whose items hold secrets: a text in its place may be one. */
export function secretList<T>(read: Reader<T>): Reader<readonly T[]> {
  const readAll: Reader<readonly T[]> = (value, at) =>
    Array.isArray(value) ? listOf(read)(value, at) : refuseUnseen(at, value, 'a list')
  return Object.assign(readAll, { item: read })
}

/** Text that `accepts` says yes to; `allowed` completes "write …". */
export function text(
  allowed = 'text',
  accepts: (text: string) => boolean = text => text !== '',
): Reader<string> {
  return (value, at) => {
    if (typeof value === 'string' && accepts(value)) return value
    const quotes = typeof value === 'number' || typeof value === 'boolean' ? ', in quotes' : ''
    return refuse(at, value, `${allowed}${quotes}`)
  }
}

/** Text that no error line repeats. */
export function secretText(allowed: string, accepts: (text: string) => boolean): Reader<string> {
  const read = (value: unknown, at: string): string => {
    if (typeof value === 'string' && accepts(value)) return value
    const held =
      typeof value === 'string' ? `a text of ${Buffer.byteLength(value)} bytes` : `a ${typeof value}`
    throw new ConfigError(at, `${held} is not allowed; write ${allowed}.`)
  }
  return Object.assign(read, { isSecret: true as const })
}

export function oneOf<const T extends string>(...choices: readonly T[]): Reader<T> {
  return (value, at) => choices.find(choice => choice === value) ?? refuse(at, value, choices.join(', '))
}

export function flag(value: unknown, at: string): boolean {
  return typeof value === 'boolean' ? value : refuse(at, value, 'true or false')
}

export function integer(least: number, most: number): Reader<number> {
  return (value, at) => {
    const fits = typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
    return fits ? value : refuse(at, value, `a whole number from ${least} to ${most}`)
  }
}

/** Milliseconds. The bounds are written like the values. */
export function duration(least: string, most: string): Reader<number> {
  return bounded(parseDuration, formatDuration, least, most, 'a duration such as 250ms, 10s, 5m, 24h or 7d')
}

/** Bytes. The bounds are written like the values. */
export function size(least: string, most: string): Reader<number> {
  return bounded(parseSize, formatSize, least, most, 'a size such as 64KiB, 1MiB, 2GiB or a number of bytes')
}

function bounded(
  parse: (value: unknown) => number | null,
  format: (value: number) => string,
  least: string,
  most: string,
  allowed: string,
): Reader<number> {
  const [low, high] = [parse(least) ?? 0, parse(most) ?? 0]
  return (value, at) => {
    const parsed = parse(value)
    if (parsed !== null && parsed >= low && parsed <= high) return parsed
    return refuse(at, value, `${allowed}, from ${format(low)} to ${format(high)}`)
  }
}
