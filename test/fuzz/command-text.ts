// Commands as text, valid ones and every kind of damaged ones, with what the gateway owes each (rules W2, W3). Knows no
// connection.

import type { Choices } from './choices.ts'
import { brokenJson, jsonValue, objectOf } from './json-text.ts'

/** What is known of a command's fate before it is sent. */
export interface CommandText {
  readonly text: string
  /** The type of the command, if it can be told. */
  readonly type: string
  /** The `ref` that has to be answered; undefined: none, or not a legal one. */
  readonly ref: string | number | undefined
  /** Damage may have hit the `ref`: the answer may lack it. */
  readonly isRefOptional: boolean
  /** Nothing is wrong with its form: it must not be answered `bad_request`. */
  readonly isWellFormed: boolean
  /** Something surely is: it must be refused. */
  readonly isWrong: boolean
  /** It may count as no command at all, five of which in a row end the connection. */
  readonly isMalformed: boolean
}

/** What commands can refer to. */
export interface Material {
  readonly tokens: readonly string[]
  /** Cursors seen on the connection. */
  readonly cursors: readonly string[]
}

type Members = [name: string, value: string][]

const CHANNELS = [
  ...[
    'fuzz:open:1',
    'fuzz:open:2',
    'fuzz:open:3',
    'fuzz:open:1',
    'fuzz:open:2',
    'fuzz:live:1',
    'fuzz:live:2',
  ],
  ...[
    'fuzz:user:1',
    'room:1',
    'news',
    '@fuzz-1',
    '@somebody-else',
    '$stats',
    '$events',
    '__proto__',
    'constructor',
  ],
]
export const ODD_CHANNELS = [
  ...[
    '',
    '*',
    'a*',
    'a b',
    'a,b',
    '\u00e9',
    '\u0000',
    'x'.repeat(200),
    'x'.repeat(201),
    '../x',
    '%00',
    '@',
    '$',
    '{}',
  ],
]
const CURSORS = [
  '',
  'zzzzzzzz-1',
  'aaaaaaaa-9007199254740993',
  '-',
  '0',
  'stop-forbidden',
  'x'.repeat(5000),
  '\u0000',
]
/** Legal ones that are easily lost on the way, as JSON: numbers come back as they were written, whatever JavaScript can hold. */
const ODD_REFS: readonly string[] = [
  ...['9007199254740993', '1e400', '1.50', '-0'],
  ...[
    0,
    1.5,
    -7,
    2 ** 53 - 1,
    1e-7,
    '',
    ' ',
    '\u0000',
    '__proto__',
    '"',
    '\\',
    '\ud800',
    'é漢😀',
    'r'.repeat(200),
  ].map(value => JSON.stringify(value)),
]
const ILLEGAL_REFS = ['null', 'true', '{}', '[]', `"${'r'.repeat(201)}"`, '[1]']

/** Below the limit of a frame by more than what damage adds. */
const MAX_TEXT_LENGTH = 60_000

/** A command of any kind and any health, small enough for a frame. `number` makes its ref unlike any other. */
export function commandText(choices: Choices, number: number, material: Material): CommandText {
  const command = anyCommand(choices, number, material)
  return command.text.length <= MAX_TEXT_LENGTH ? command : commandText(choices, number, material)
}

function anyCommand(choices: Choices, number: number, material: Material): CommandText {
  if (choices.chance(0.06)) return noCommand(brokenJson(choices))
  const type = choices.pick([
    'subscribe',
    'unsubscribe',
    'publish',
    'publish',
    'history',
    'ping',
    'auth',
    'presence',
  ])
  const rawRef = choices.chance(0.15) ? choices.pick(ODD_REFS) : String(number)
  const ref: string | number | undefined = choices.chance(0.85) ? JSON.parse(rawRef) : undefined
  const members: Members = [['"type"', JSON.stringify(type)], ...fieldsOf(type, choices, material)]
  if (ref !== undefined) members.splice(choices.int(0, members.length), 0, ['"ref"', rawRef])
  const sound = { type, ref, isRefOptional: false, isWellFormed: true, isWrong: false, isMalformed: false }
  return choices.chance(0.5)
    ? { ...sound, text: objectOf(members) }
    : damaged({ ...sound, text: '' }, members, choices)
}

function noCommand(text: string): CommandText {
  return {
    text,
    type: '',
    ref: undefined,
    isRefOptional: false,
    isWellFormed: false,
    isWrong: true,
    isMalformed: true,
  }
}

function fieldsOf(type: string, choices: Choices, { tokens, cursors }: Material): Members {
  if (type === 'ping') return []
  if (type === 'auth') return [['"token"', JSON.stringify(choices.pick(tokens))]]
  const members: Members = [['"channel"', JSON.stringify(choices.pick(CHANNELS))]]
  const since = () =>
    JSON.stringify(choices.pick(choices.chance(0.5) && cursors.length > 0 ? cursors : CURSORS))
  const sometimes = (name: string, value: () => string) => {
    if (choices.chance(0.4)) members.push([name, value()])
  }
  if (type === 'publish') {
    members.push(['"data"', jsonValue(choices)])
    sometimes('"event"', () =>
      JSON.stringify(choices.pick(['e', 'message', 'goodbye', 'é', 'x'.repeat(200)])),
    )
    sometimes('"key"', () => JSON.stringify(choices.pick(['k', '__proto__', `${choices.int(0, 1e6)}`])))
  }
  if (type === 'subscribe' || type === 'history') sometimes('"since"', since)
  if (type === 'subscribe') sometimes('"history"', () => `${choices.pick([0, 1, 5, 1000, 2 ** 53 - 1])}`)
  if (type === 'history') {
    sometimes('"before"', since)
    sometimes('"limit"', () => `${choices.pick([0, 1, 5, 1000, 2 ** 53 - 1])}`)
  }
  return members
}

/** One kind of damage; null: a command of this kind has nothing to damage so. */
type Damage = (sound: CommandText, members: Members, choices: Choices) => CommandText | null

const OTHER_NAMES = ['"typ"', '"__proto__"', '"constructor"', '""', '"Channel"', '"ref "', '"toString"']
const OTHER_TYPES = ['"__proto__"', '"constructor"', '"PING"', '""', '{}', 'null', '["ping"]', '5']

const wrong = (sound: CommandText) => ({ ...sound, isWellFormed: false, isWrong: true })
const unsure = (sound: CommandText) => ({ ...sound, isWellFormed: false })
const isField = ([name]: Members[number]) => name !== '"type"' && name !== '"ref"'

const DAMAGES: readonly Damage[] = [
  // None at all: the order of members, white space and the way names are written mean nothing.
  (sound, members, choices) => ({ ...sound, text: disguised(members, choices) }),
  function addMember(sound, members, choices) {
    const at = choices.int(0, members.length)
    return {
      ...wrong(sound),
      text: objectOf(members.toSpliced(at, 0, [choices.pick(OTHER_NAMES), jsonValue(choices)])),
    }
  },
  function dropField(sound, members) {
    const field = members.find(isField)
    return field ? { ...wrong(sound), text: objectOf(members.filter(member => member !== field)) } : null
  },
  function changeField(sound, members, choices) {
    const fields = members.filter(isField)
    if (fields.length === 0) return null
    choices.pick(fields)[1] = jsonValue(choices)
    return { ...unsure(sound), text: objectOf(members) }
  },
  function repeatMember(sound, members, choices) {
    const twice: Members = [...members, [choices.pick(members)[0], jsonValue(choices)]]
    return { ...wrong(sound), ref: undefined, isMalformed: true, text: objectOf(twice) }
  },
  function spoilRef(sound, members, choices) {
    const others = members.filter(([name]) => name !== '"ref"')
    return {
      ...wrong(sound),
      ref: undefined,
      text: objectOf([...others, ['"ref"', choices.pick(ILLEGAL_REFS)]]),
    }
  },
  function spoilType(sound, members, choices) {
    members.find(([name]) => name === '"type"')![1] = choices.pick(OTHER_TYPES)
    return { ...wrong(sound), isMalformed: true, text: objectOf(members) }
  },
  function spoilChannel(sound, members, choices) {
    const channel = members.find(([name]) => name === '"channel"')
    if (!channel) return null
    channel[1] = JSON.stringify(choices.pick(ODD_CHANNELS))
    return { ...unsure(sound), text: objectOf(members) }
  },
  function damageText(sound, members, choices) {
    const text = choices.damage(Buffer.from(objectOf(members))).toString('utf8')
    return { ...unsure(sound), ref: refIn(text), isRefOptional: true, isMalformed: true, text }
  },
]

function damaged(sound: CommandText, members: Members, choices: Choices): CommandText {
  return choices.pick(DAMAGES)(sound, members, choices) ?? { ...sound, text: objectOf(members) }
}

/** The `ref` that damage has left, if it is one. */
function refIn(text: string): string | number | undefined {
  try {
    const { ref } = JSON.parse(text) ?? {}
    return typeof ref === 'string' || typeof ref === 'number' ? ref : undefined
  } catch {
    return undefined
  }
}

/** The same object in an unusual hand. */
function disguised(members: Members, choices: Choices): string {
  const space = () => choices.pick(['', ' ', '\n', '\t \r\n'])
  const written = members.map(([name, value]) => {
    const escaped = `"${[...name.slice(1, -1)].map(letter => escapeLetter(letter, choices)).join('')}"`
    return `${space()}${escaped}${space()}:${space()}${value}${space()}`
  })
  return `${space()}{${written.reverse().join(',')}}${space()}`
}

function escapeLetter(letter: string, choices: Choices): string {
  return choices.chance(0.3) ? `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}` : letter
}
