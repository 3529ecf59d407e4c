// Where a JSON text goes wrong, in words and with line and column: engines' own messages differ and often omit the
// place. Pure, and without recursion: a pasted text may nest deeply.

export interface JsonFault {
  /** One sentence without the place. */
  readonly message: string
  /** Offset in UTF-16 units, for the editor's selection. */
  readonly offset: number
  /** Both from 1. */
  readonly line: number
  readonly column: number
}

const SPACE = /[ \t\n\r]*/y
const SCALAR = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y
// A string's plain characters are those from U+0020 on, without the quote and the backslash.
const STRING = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y
const STRING_PREFIX = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*/y
const WORD = /[\w.+-]+/y

type Expecting = 'value' | 'value or ]' | 'name or }' | 'name' | 'colon' | 'comma or end' | 'end'

/** The first fault of a text, or null when it is JSON. */
export function findJsonFault(text: string): JsonFault | null {
  const open: ('[' | '{')[] = []
  let expecting: Expecting = 'value'
  let at = 0

  function skip(pattern: RegExp): boolean {
    pattern.lastIndex = at
    const found = pattern.exec(text)
    if (found) at += found[0].length
    return found !== null
  }

  for (;;) {
    skip(SPACE)
    const character = text[at]
    if (character === undefined) {
      return expecting === 'end'
        ? null
        : fault(text, at, `The text ends too soon: expected ${wanted(expecting, open)}.`)
    }
    const step = next(character, expecting, open)
    if (step === null) return fault(text, at, misplaced(text, at, wanted(expecting, open)))
    if (step.token === 'scalar' ? !skip(SCALAR) : step.token === 'string' && !skip(STRING)) {
      return step.token === 'string'
        ? stringFault(text, at)
        : fault(text, at, `${found(text, at)} is not a JSON value.`)
    }
    if (step.token === 'mark') at += 1
    expecting = step.after
  }
}

/** What one token does to the nesting, and what may follow; null when it may not stand here. */
function next(character: string, expecting: Expecting, open: ('[' | '{')[]) {
  const mark = (after: Expecting) => ({ token: 'mark', after }) as const
  const top = open.at(-1)
  const afterValue = (): Expecting => (open.length === 0 ? 'end' : 'comma or end')
  const closing = character === ']' ? '[' : character === '}' ? '{' : null
  if (closing !== null) {
    const may = expecting === 'comma or end' || expecting === (closing === '[' ? 'value or ]' : 'name or }')
    if (!may || top !== closing) return null
    open.pop()
    return mark(afterValue())
  }
  switch (expecting) {
    case 'value':
    case 'value or ]':
      if (character === '[' || character === '{') {
        open.push(character)
        return mark(character === '[' ? 'value or ]' : 'name or }')
      }
      if (character === '"') return { token: 'string', after: afterValue() } as const
      return /[\w.+-]/.test(character) ? ({ token: 'scalar', after: afterValue() } as const) : null
    case 'name':
    case 'name or }':
      return character === '"' ? ({ token: 'string', after: 'colon' } as const) : null
    case 'colon':
      return character === ':' ? mark('value') : null
    case 'comma or end':
      return character === ',' ? mark(top === '[' ? 'value' : 'name') : null
    case 'end':
      return null
  }
}

function wanted(expecting: Expecting, open: readonly string[]): string {
  switch (expecting) {
    case 'value':
      return 'a value'
    case 'value or ]':
      return 'a value or ]'
    case 'name':
      return 'a name in double quotes'
    case 'name or }':
      return 'a name in double quotes or }'
    case 'colon':
      return 'a colon'
    case 'comma or end':
      return open.at(-1) === '[' ? 'a comma or ]' : 'a comma or }'
    case 'end':
      return 'nothing after the value'
  }
}

function misplaced(text: string, at: number, expected: string): string {
  const trailing = /[\]}]/.test(text[at] ?? '') && text.slice(0, at).trimEnd().endsWith(',')
  return trailing
    ? `The comma before ${text[at]} is one too many.`
    : `Expected ${expected}, found ${found(text, at)}.`
}

function found(text: string, at: number): string {
  WORD.lastIndex = at
  const word = WORD.exec(text)?.[0] ?? String.fromCodePoint(text.codePointAt(at) ?? 0)
  return word.length > 20 ? `${word.slice(0, 20)}…` : word
}

function stringFault(text: string, at: number): JsonFault {
  STRING_PREFIX.lastIndex = at
  const end = at + (STRING_PREFIX.exec(text)?.[0].length ?? 0)
  const character = text[end]
  if (character === undefined) return fault(text, at, 'This text in quotes is never closed.')
  if (character === '\\')
    return fault(text, end, 'A backslash needs one of " \\ / b f n r t or u and four hex digits after it.')
  return fault(
    text,
    end,
    'A line break or control character inside quotes must be written as an escape like \\n.',
  )
}

function fault(text: string, offset: number, message: string): JsonFault {
  const before = text.slice(0, offset)
  const lineStart = before.lastIndexOf('\n') + 1
  return { message, offset, line: before.split('\n').length, column: offset - lineStart + 1 }
}
