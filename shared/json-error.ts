// Where a text stops being JSON, in words a person can use: `JSON.parse` does not always say. Knows no meaning of the JSON.

const SCALAR = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null/y
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
const SPACE = /[ \t\n\r]*/y
const OPENING = { '{': '}', '[': ']' } as const

/** What may stand next: `first` is a value or the end of an empty array, `name?` a name or the end of an empty object. */
type Expected = 'value' | 'first' | 'name' | 'name?' | 'colon' | 'more'

/** Looked at character by character: a few MiB of brackets would hold everybody up for a second. */
const MAX_SEARCHED_LENGTH = 64 * 1024

/** One sentence that names the first character that cannot stand where it stands. `text` must not be valid JSON. */
export function describeJsonError(text: string): string {
  const at = findJsonError(text.slice(0, MAX_SEARCHED_LENGTH))
  if (at >= MAX_SEARCHED_LENGTH && text.length > MAX_SEARCHED_LENGTH)
    return `The JSON is not valid, or ends too early, somewhere behind position ${MAX_SEARCHED_LENGTH}.`
  if (at >= text.length) {
    return text.length === 0
      ? 'There is no JSON, only an empty text.'
      : 'The JSON ends before it is complete.'
  }
  const before = text.slice(0, at)
  const line = before.split('\n').length
  const column = at - before.lastIndexOf('\n')
  const character = String.fromCodePoint(text.codePointAt(at)!)
  return `The JSON is not valid: unexpected ${name(character)} at position ${at} (line ${line}, column ${column}).`
}

function name(character: string): string {
  if (/[\p{L}\p{N}\p{P}\p{S}]/u.test(character)) return `'${character}'`
  return `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`
}

/** The index of the first character that cannot stand there; the text's length when it ends too early or is valid. */
export function findJsonError(text: string): number {
  const closers: string[] = []
  let expected: Expected = 'value'
  let at = after(SPACE, text, 0)
  while (at < text.length) {
    const character = text[at]!
    const wantsName: boolean = expected === 'name' || expected === 'name?'
    let end = at + 1
    if (
      (expected === 'name?' || expected === 'first' || expected === 'more') &&
      character === closers.at(-1)
    ) {
      closers.pop()
      expected = 'more'
    } else if (expected === 'colon') {
      if (character !== ':') return at
      expected = 'value'
    } else if (expected === 'more') {
      if (character !== ',' || closers.length === 0) return at
      expected = closers.at(-1) === '}' ? 'name' : 'value'
    } else if (character === '"') {
      const string = readString(text, at)
      if (!string.complete) return string.end
      end = string.end
      expected = wantsName ? 'colon' : 'more'
    } else if (!wantsName && (character === '{' || character === '[')) {
      closers.push(OPENING[character])
      expected = character === '{' ? 'name?' : 'first'
    } else {
      end = wantsName ? -1 : after(SCALAR, text, at)
      if (end < 0) return at
      expected = 'more'
    }
    at = after(SPACE, text, end)
  }
  return at
}

/** Reads the string that opens at `at`; if it is not complete, `end` is where it goes wrong. */
function readString(text: string, at: number): { complete: boolean; end: number } {
  let end = at + 1
  while (end < text.length) {
    const character = text[end]!
    if (character === '"') return { complete: true, end: end + 1 }
    if (character < ' ') break
    const next = character === '\\' ? after(ESCAPE, text, end) : end + 1
    if (next < 0) break
    end = next
  }
  return { complete: false, end }
}

/** Where a sticky pattern's match at `at` ends, or -1. */
function after(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : -1
}
