// JSON as text, from plain to perverse: every value that a careless reader may stumble over. Knows no commands.

import type { Choices } from './choices.ts'

const NUMBERS = [
  ...['0', '-0', '1', '-1', '1.10', '0.5', '1e400', '-1e400', '1e-400', '5e-324', '1E+2', '2147483648'],
  ...[
    '9007199254740991',
    '9007199254740993',
    '18446744073709551616',
    '-9223372036854775809',
    '1e21',
    '0.1e1',
  ],
]
const STRINGS = [
  ...[
    '""',
    '"a"',
    '"__proto__"',
    '"constructor"',
    '"toString"',
    '"\\u0000"',
    '"\\ud800"',
    '"\\udc00\\ud800"',
  ],
  ...[
    '"\\u2028\\n\\r\\t"',
    '"null"',
    '"5"',
    '"é漢😀"',
    '"\\"\\\\"',
    '"<script>"',
    '"%00"',
    '"\\ud83d\\ude00"',
  ],
  ...['"data: x\\n\\nevent: goodbye"', '"../../etc"', '" "'],
]
const NAMES = [
  '"a"',
  '"__proto__"',
  '"constructor"',
  '""',
  '"\\u0061"',
  '"toJSON"',
  '"then"',
  '"length"',
  '"type"',
]

/** Any JSON value. */
export function jsonValue(choices: Choices, depth = 0): string {
  const kind = choices.int(0, depth > 3 ? 3 : 7)
  switch (kind) {
    case 0:
      return choices.pick(['null', 'true', 'false'])
    case 1:
      return choices.pick(NUMBERS)
    case 2:
      return choices.pick(STRINGS)
    case 3:
      return choices.pick(['{}', '[]', '[[]]', '{"a":{}}', ' [ ] ', '\t{\r\n}'])
    case 4:
      return `[${choices.list(choices.int(0, 4), () => jsonValue(choices, depth + 1)).join(',')}]`
    case 5:
      return objectOf(
        choices.list(choices.int(0, 4), () => [choices.pick(NAMES), jsonValue(choices, depth + 1)]),
      )
    case 6:
      return choices.chance(0.1) ? deep(choices) : choices.pick(NUMBERS)
    default:
      return choices.chance(0.1)
        ? `"${'x'.repeat(choices.pick([199, 200, 201, 4096]))}"`
        : choices.pick(STRINGS)
  }
}

/** An object from the texts of its names and values, whatever they are. */
export function objectOf(members: readonly (readonly [string, string])[]): string {
  return `{${members.map(([name, value]) => `${name}:${value}`).join(',')}}`
}

/** A text that is not JSON. */
export function brokenJson(choices: Choices): string {
  return choices.pick([
    ...[
      '',
      ' ',
      '{',
      '}',
      '[',
      '{"type":"ping"',
      '{"type":"ping"}}',
      '{type:"ping"}',
      "{'type':'ping'}",
      'undefined',
    ],
    ...[
      'NaN',
      '{"a":01}',
      '{"a":1,}',
      '{"a":+1}',
      '{"a":"\n"}',
      '{"a":"\\x"}',
      '{"a":"\\u12"}',
      '\ufeff{"type":"ping"}',
    ],
    ...[
      '{"type":"ping"}{"type":"ping"}',
      'null null',
      '//',
      '{"a":\u00a01}',
      '{"a"}',
      '["type","ping"',
      '-',
      '"',
    ],
  ])
}

function deep(choices: Choices): string {
  const levels = choices.pick([100, 1000, 10_000])
  const [open, close] = choices.pick([
    ['[', ']'],
    ['{"a":', '}'],
  ] as const)
  return `${open.repeat(levels)}1${close.repeat(levels)}`
}
