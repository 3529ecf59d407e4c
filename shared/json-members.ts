// The members of a JSON object as the exact text of each, so that `data` reaches readers with its tokens untouched
// (rule H3). Knows no commands and no member names.
//
// `JSON.parse` alone would lose 64-bit integers and `1.10`, so it only proves the text valid; a linear scan then
// finds the spans and may trust what it reads. No recursion anywhere: nesting a million deep must not end the process.

import type { Failure } from './codes.ts'
import type { Json } from './frames.ts'
import { describeJsonError } from './json-error.ts'

/** One object, read twice over: the raw text of each member without insignificant white space, and the parsed values. */
export interface Members {
  readonly members: ReadonlyMap<string, string>
  readonly values: Readonly<Record<string, Json>>
}

const QUOTE = 0x22
const COMMA = 0x2c
const OPEN_BRACKET = 0x5b
const BACKSLASH = 0x5c
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

const WHITE_SPACE = /[ \t\n\r]/

/** Reads one JSON object. `bad_request` when the text is not JSON, not an object, or names a member twice. */
export function readMembers(text: string): Members | Failure {
  const parsed = parse(text)
  if ('code' in parsed) return parsed
  return toMembers(text, skipSpace(text, 0), parsed.value)
}

/** Reads a JSON array of objects. An item that is no object, or names a member twice, fails alone, in its place. */
export function readItems(text: string): readonly (Members | Failure)[] | Failure {
  const parsed = parse(text)
  if ('code' in parsed) return parsed
  if (!Array.isArray(parsed.value)) return badRequest('The JSON must be an array of objects.')
  let at = skipSpace(text, 0)
  return parsed.value.map(value => {
    at = skipSpace(text, at + 1) // past the bracket, or the comma before this item
    const item = toMembers(text, at, value)
    at = skipSpace(text, endOfValue(text, at))
    return item
  })
}

/**
 * Whether an array has more than `max` items, found out before it is parsed: a body of a few MiB can hold millions,
 * each of which would become an object of ours. The text need not be valid; then the answer means nothing.
 */
export function hasMoreItems(text: string, max: number): boolean {
  let depth = 0
  let count = 1
  for (let at = 0; at >= 0 && at < text.length && count <= max; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      do at = text.indexOf('"', at + 1)
      while (at > 0 && isEscaped(text, at))
      if (at < 0) return false
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) depth++
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth--
    else if (code === COMMA && depth === 1) count++
  }
  return count > max
}

/** Removes insignificant white space from a valid JSON text. */
export function minify(raw: string): string {
  if (!WHITE_SPACE.test(raw)) return raw
  const pieces: string[] = []
  let from = 0
  let at = 0
  while (at < raw.length) {
    const code = raw.charCodeAt(at)
    if (code === QUOTE) {
      at = endOfString(raw, at)
    } else if (isSpace(code)) {
      pieces.push(raw.slice(from, at))
      at = skipSpace(raw, at)
      from = at
    } else {
      at++
    }
  }
  if (pieces.length === 0) return raw // all of it was inside strings
  pieces.push(raw.slice(from))
  return pieces.join('')
}

function parse(text: string): { value: Json } | Failure {
  try {
    return { value: JSON.parse(text) as Json }
  } catch {
    return badRequest(describeJsonError(text))
  }
}

/** The members of the object that opens at `at` in a valid JSON text, and is `value` when parsed. */
function toMembers(text: string, at: number, value: Json): Members | Failure {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    return badRequest('The JSON must be an object.')
  }
  const members = new Map<string, string>()
  let position = skipSpace(text, at + 1)
  while (text.charCodeAt(position) !== CLOSE_BRACE) {
    const endOfName = endOfString(text, position)
    const name = toName(text.slice(position, endOfName))
    if (members.has(name))
      return badRequest(`The member ${JSON.stringify(name)} is there twice; give it once.`)
    const start = skipSpace(text, skipSpace(text, endOfName) + 1)
    const end = endOfValue(text, start)
    members.set(name, minify(text.slice(start, end)))
    position = skipSpace(text, end)
    if (text.charCodeAt(position) === COMMA) position = skipSpace(text, position + 1)
  }
  return { members, values: value }
}

function toName(quoted: string): string {
  return quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1)
}

function badRequest(message: string): Failure {
  return { code: 'bad_request', message }
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
}

function skipSpace(text: string, at: number): number {
  while (isSpace(text.charCodeAt(at))) at++
  return at
}

function endOfValue(text: string, at: number): number {
  const first = text.charCodeAt(at)
  if (first === QUOTE) return endOfString(text, at)
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return endOfNested(text, at)
  while (at < text.length && !endsScalar(text.charCodeAt(at))) at++
  return at
}

function endsScalar(code: number): boolean {
  return code === COMMA || code === CLOSE_BRACE || code === CLOSE_BRACKET || isSpace(code)
}

function endOfNested(text: string, at: number): number {
  let depth = 0
  for (;;) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      at = endOfString(text, at)
      continue
    }
    at++
    if (code === OPEN_BRACE || code === OPEN_BRACKET) depth++
    else if ((code === CLOSE_BRACE || code === CLOSE_BRACKET) && --depth === 0) return at
  }
}

/** A quote ends the string unless it is escaped. */
function endOfString(text: string, at: number): number {
  let end = at
  for (;;) {
    end = text.indexOf('"', end + 1)
    if (!isEscaped(text, end)) return end + 1
  }
}

/** Whether an odd number of backslashes stands before a character. */
function isEscaped(text: string, at: number): boolean {
  let before = at - 1
  while (text.charCodeAt(before) === BACKSLASH) before--
  return (at - before) % 2 === 0
}
