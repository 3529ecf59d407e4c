// Proves that the member scanner keeps tokens, agrees with JSON.parse, and survives what is thrown at it.

import { describe, expect, test } from 'vitest'
import type { Failure } from '../../shared/codes.ts'
import { findJsonError } from '../../shared/json-error.ts'
import { hasMoreItems, type Members, minify, readItems, readMembers } from '../../shared/json-members.ts'

function members(text: string): Record<string, string> {
  const read = readMembers(text)
  if ('code' in read) throw new Error(read.message)
  return Object.fromEntries(read.members)
}

describe('readMembers', () => {
  test.each([
    ['an empty object', '{}', {}],
    ['scalars', '{"a":1,"b":true,"c":null,"d":"x"}', { a: '1', b: 'true', c: 'null', d: '"x"' }],
    ['64-bit integers', '{"data":9007199254740993}', { data: '9007199254740993' }],
    ['decimals as written', '{"data":[1.10,1E+2,-0,0.10e-07]}', { data: '[1.10,1E+2,-0,0.10e-07]' }],
    ['key order and inner duplicates', '{"data":{"b":1,"a":2,"b":3}}', { data: '{"b":1,"a":2,"b":3}' }],
    ['number-like keys in their order', '{"data":{"2":0,"1":0}}', { data: '{"2":0,"1":0}' }],
    [
      'escapes as written',
      String.raw`{"data":"\u00e9\/\ud800\\\""}`,
      { data: String.raw`"\u00e9\/\ud800\\\""` },
    ],
    ['white space in strings', '{"data":" a\u2028 b "}', { data: '" a\u2028 b "' }],
    [
      'white space around',
      ' \r\n{ "a" : 1 ,\t"b" : [ 1 , { "c" : "x y" } ] } ',
      { a: '1', b: '[1,{"c":"x y"}]' },
    ],
    [
      'brackets and quotes in strings',
      '{"data":["}]{[\\"",{"x":"\\\\"}],"e":1}',
      { data: '["}]{[\\"",{"x":"\\\\"}]', e: '1' },
    ],
    ['escaped member names', '{"\\u0064ata":1}', { data: '1' }],
  ])('[H3] keeps %s', (_title, text, expected) => {
    expect(members(text)).toEqual(expected)
  })

  test('[H3] a member there twice is refused by name, also when it is written differently', () => {
    for (const text of ['{"data":1,"data":1}', '{"data":1, "\\u0064ata":2}']) {
      expect(readMembers(text)).toEqual({
        code: 'bad_request',
        message: 'The member "data" is there twice; give it once.',
      })
    }
  })

  test('[R6] __proto__ is a member like any other', () => {
    const read = readMembers('{"__proto__":{"channel":"x"},"constructor":1}') as Members
    expect([...read.members]).toEqual([
      ['__proto__', '{"channel":"x"}'],
      ['constructor', '1'],
    ])
    expect(read.values.channel).toBeUndefined()
    expect(({} as Record<string, unknown>).channel).toBeUndefined()
  })

  test('[R6] a million levels of nesting are read', () => {
    const depth = 1_000_000
    const deep = '['.repeat(depth) + ']'.repeat(depth)
    expect(members(`{"data":${deep}}`).data).toHaveLength(2 * depth)
    expect(readMembers(`{"data":${'[ '.repeat(depth)}`)).toMatchObject({ code: 'bad_request' })
  })

  test.each([['[]'], ['1'], ['null'], ['"{}"']])('%s is no object', text => {
    expect(readMembers(text)).toEqual({ code: 'bad_request', message: 'The JSON must be an object.' })
  })

  test('[R6] random JSON comes out as JSON.parse understands it', () => {
    const seed = Math.floor(Math.random() * 2 ** 31)
    const random = generator(seed)
    for (let round = 0; round < 500; round++) {
      const value = { data: randomValue(random, 4), 'x y': randomValue(random, 2) }
      const spaced = JSON.stringify(value, null, '\t '.slice(0, 1 + (round % 2)))
      expect(members(spaced), `seed ${seed}`).toEqual({
        data: JSON.stringify(value.data),
        'x y': JSON.stringify(value['x y']),
      })
    }
  })
})

describe('readItems', () => {
  test('[H3] an item that is no object, or has a member twice, fails alone', () => {
    const items = readItems(' [ {"a": 1} , 5, {"a":1,"a":2},[{"a":1}],{"b" : [ 1, 2 ]}] ') as (
      | Members
      | Failure
    )[]
    expect(items.map(item => ('code' in item ? item.code : Object.fromEntries(item.members)))).toEqual([
      { a: '1' },
      'bad_request',
      'bad_request',
      'bad_request',
      { b: '[1,2]' },
    ])
  })

  test('an empty array has no items; an object is no array', () => {
    expect(readItems('[ ]')).toEqual([])
    expect(readItems('{}')).toMatchObject({ code: 'bad_request' })
  })
})

test('minify leaves strings alone and takes the rest of the white space out', () => {
  expect(minify('{ "a b" : [ 1 , " \\" " ] }')).toBe('{"a b":[1," \\" "]}')
  const untouched = '{"a":"b c"}'
  expect(minify(untouched)).toBe(untouched)
})

describe('errors say where', () => {
  test.each([
    ['{"a":x}', `unexpected 'x' at position 5 (line 1, column 6)`],
    ['{"a":1,}', `unexpected '}' at position 7`],
    ['{"a":1\n,"b":01}', `unexpected '1' at position 13 (line 2, column 7)`],
    ["{'a':1}", `unexpected ''' at position 1`],
    ['{"a":1}{', `unexpected '{' at position 7`],
    ['[1,]', `unexpected ']' at position 3`],
    ['{"a":tru}', `unexpected 't' at position 5`],
    ['{"a":"\\x"}', `unexpected '\\' at position 6`],
    ['{"a":"\u0001"}', 'unexpected U+0001 at position 6'],
    ['\ufeff{}', 'unexpected U+FEFF at position 0'],
    ['{"a"', 'ends before it is complete'],
    ['{"a":"b', 'ends before it is complete'],
    ['', 'only an empty text'],
  ])('%j', (text, expected) => {
    const read = readMembers(text)
    expect(read).toMatchObject({ code: 'bad_request' })
    expect((read as Failure).message).toContain(expected)
  })

  test('[R6] whatever JSON.parse refuses has a place, whatever it takes has none', () => {
    const seed = Math.floor(Math.random() * 2 ** 31)
    const random = generator(seed)
    for (let round = 0; round < 3000; round++) {
      const text = damage(JSON.stringify({ data: randomValue(random, 3) }), random)
      const isValid = parses(text)
      const at = findJsonError(text)
      expect(at <= text.length, `seed ${seed}: ${text}`).toBe(true)
      if (isValid) expect(at, `seed ${seed}: ${text}`).toBe(text.length)
      // Cut where the error is said to be, nothing before it is wrong: some end makes it valid, or it was the end.
      else if (at < text.length) expect(findJsonError(text.slice(0, at)), `seed ${seed}: ${text}`).toBe(at)
    }
  })
})

test('[R6] items of an array are counted before it is parsed, whatever stands in them', () => {
  const item = JSON.stringify({ data: [1, 2, [3, 4], 'a,b', '\\', '\\",', { c: [5, 6] }] })
  const array = (count: number) => `[${Array.from({ length: count }, () => item).join(' , ')}]`
  expect(hasMoreItems(array(1000), 1000)).toBe(false)
  expect(hasMoreItems(array(1001), 1000)).toBe(true)
})

test('[R6] texts that are no JSON are counted to their end', () => {
  for (const text of ['', '[', '["', '["\\', '["\\"', ']]],,', '"""', '{[}]'])
    expect(hasMoreItems(text, 10), text).toBe(false)
})

test('[R6] the mistake in a long text is looked for near its beginning only', () => {
  const late = readItems(`[${' '.repeat(100_000)}x]`)
  expect(late).toMatchObject({ message: expect.stringContaining('behind position 65536') })
  const early = readItems(`[x${' '.repeat(100_000)}]`)
  expect(early).toMatchObject({ message: expect.stringContaining('position 1 ') })
})

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** A small linear congruential generator: random enough for texts, and repeatable. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

function randomValue(random: () => number, depth: number): unknown {
  const kind = Math.floor(random() * (depth > 0 ? 6 : 4))
  if (kind === 0) return random() < 0.5 ? null : random() < 0.5
  if (kind === 1) return Math.round((random() - 0.5) * 1e6) / 1e3
  if (kind <= 3) return randomText(random)
  const values = Array.from({ length: Math.floor(random() * 4) }, () => randomValue(random, depth - 1))
  return kind === 4
    ? values
    : Object.fromEntries(values.map((value, index) => [randomText(random) + index, value]))
}

function randomText(random: () => number): string {
  const alphabet = ['a', ' ', '"', '\\', '{', '}', '[', ']', ',', ':', '\n', 'é', '\u2028', '😀', '\\"']
  return Array.from(
    { length: Math.floor(random() * 6) },
    () => alphabet[Math.floor(random() * alphabet.length)],
  ).join('')
}

function damage(text: string, random: () => number): string {
  const at = Math.floor(random() * text.length)
  const inserted = ['', '"', '{', ']', ',', ':', '\\', '1', 'n', ' '][Math.floor(random() * 10)]!
  return text.slice(0, at) + inserted + text.slice(at + (random() < 0.5 ? 1 : 0))
}
