// What the dashboard makes of text: faults in JSON, layout without touching tokens, the publish call, figures in words.

import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import {
  formatAge,
  formatBytes,
  formatDuration,
  formatMilliseconds,
  formatPlural,
} from '../../dashboard/format.ts'
import { findJsonFault } from '../../dashboard/state/json-fault.ts'
import { layOut, reindent } from '../../dashboard/state/json-layout.ts'
import { curlLine, publishBody, ttlFault } from '../../dashboard/state/publication.ts'

test.each([
  ['', 1, 1, 'The text ends too soon: expected a value.'],
  ['{', 1, 2, 'The text ends too soon: expected a name in double quotes or }.'],
  ['{\n  "a": 1,\n}', 3, 1, 'The comma before } is one too many.'],
  ['[1, 2,]', 1, 7, 'The comma before ] is one too many.'],
  ["{'a': 1}", 1, 2, "Expected a name in double quotes or }, found '."],
  ['{"a" 1}', 1, 6, 'Expected a colon, found 1.'],
  ['{"a": }', 1, 7, 'Expected a value, found }.'],
  ['{"a": 1 "b": 2}', 1, 9, 'Expected a comma or }, found ".'],
  ['[1}', 1, 3, 'Expected a comma or ], found }.'],
  ['{"a": tru}', 1, 7, 'tru is not a JSON value.'],
  ['[01]', 1, 2, '01 is not a JSON value.'],
  ['1 2', 1, 3, 'Expected nothing after the value, found 2.'],
  ['"a\nb"', 1, 3, 'A line break or control character inside quotes must be written as an escape like \\n.'],
  ['"never', 1, 1, 'This text in quotes is never closed.'],
])('%j goes wrong at %i:%i', (text, line, column, message) => {
  expect(findJsonFault(text)).toMatchObject({ line, column, message })
})

test('agrees with JSON.parse on what is JSON, for texts damaged at random', () => {
  const seed = Math.floor(Math.random() * 2 ** 31)
  const random = randomFrom(seed)
  const whole = '{"a":[1,-2.5e+3,true,null,"x\\u00e9\\n"],"b":{"c":[],"d":{}} , "e" : "\u2028" }'
  const marks = '{}[],:"\\ 0-.eE+atrufn\n\u0001é'
  for (let round = 0; round < 4000; round++) {
    const text = damage(whole, marks, random)
    expect(findJsonFault(text) === null, `seed ${seed}: ${JSON.stringify(text)}`).toBe(isJson(text))
  }
})

test('deep nesting neither overflows nor takes long', () => {
  expect(findJsonFault('['.repeat(300_000) + ']'.repeat(300_000))).toBeNull()
})

test('[H3] laying text out keeps every token as it was written', () => {
  const text =
    '{"big":12345678901234567890,"price":1.10,"t":"a, [b]: {c}\\"","l":[],"o":{},"n":[1,[2,{"x":null}]]}'
  const pretty = reindent(text)
  expect(pretty.replace(/\n */g, '').replaceAll(': ', ':')).toBe(text.replaceAll(': ', ':'))
  expect(pretty).toContain('"big": 12345678901234567890,\n  "price": 1.10,')
  expect(pretty).toContain('"l": [],\n  "o": {},')
  expect(reindent(pretty)).toBe(pretty)
})

test('short values stay on one line, long ones do not', () => {
  const layOutData = (json: string) => {
    const text = `{"type":"message","channel":"a","time":1,"data":${json}}`
    return layOut({ ...JSON.parse(text), text })
  }
  expect(layOutData('{"a":1,"b":"x\\n  y"}')).toBe('{ "a": 1, "b": "x\\n  y" }')
  expect(layOutData('[]')).toBe('[]')
  expect(layOutData(`{"text":"${'x'.repeat(80)}"}`)).toBe(`{\n  "text": "${'x'.repeat(80)}"\n}`)
  expect(layOutData('{"n":12345678901234567890,"x":1.10}')).toBe('{ "n": 12345678901234567890, "x": 1.10 }')
  expect(layOut({ type: 'message', channel: 'a', time: 1, data: { a: 1 } })).toBe('{ "a": 1 }')
})

const DRAFT = { channel: 'public:demo', event: '', data: '{"n": 12345678901234567890}', key: '', ttl: '' }

test('[H3] the publish body carries the data as it was written', () => {
  expect(publishBody(DRAFT)).toBe('{"channel":"public:demo","data":{"n": 12345678901234567890}}')
  expect(publishBody({ ...DRAFT, event: 'e', key: 'k', ttl: '60' })).toContain(
    '"event":"e","key":"k","ttl":60}',
  )
})

test('the curl line survives quotes in the data', () => {
  const line = curlLine('http://gateway/sub/', { ...DRAFT, data: '"it\'s"' })
  expect(line).toContain(`-d '{"channel":"public:demo","data":"it'\\''s"}'`)
  expect(line).toContain("'http://gateway/sub/api/publish'")
})

test('a shell hands curl exactly what the form would send, whatever the draft holds', () => {
  const data = '{\n\t"it\'s": "\\"$HOME\\" `id` $(id) !x \\\\ é",\n  "n": 12345678901234567890 }'
  const draft = { ...DRAFT, channel: "public:it's", event: "';id;'", key: '$(id)', ttl: '60', data }
  const line = curlLine("http://gateway/it's/", draft)
  const script = `curl() { printf '%s\\n' "$@"; }\n${line}`
  const args = execFileSync('sh', ['-c', script], { encoding: 'utf8', env: { TWINWIRE_API_KEY: 'k e y' } })
  const [url, , header, , body, ...rest] = args.trimEnd().split('\n')
  expect([url, header, rest]).toEqual(["http://gateway/it's/api/publish", 'Authorization: Bearer k e y', []])
  expect(JSON.parse(body ?? '')).toEqual(JSON.parse(publishBody(draft)))
  expect(body).toContain('12345678901234567890')
})

test('a ttl is empty or a positive number', () => {
  expect(['', '1', '0.5'].map(ttlFault)).toEqual([null, null, null])
  expect(['0', '-1', 'soon', 'Infinity'].map(text => typeof ttlFault(text))).toEqual(Array(4).fill('string'))
})

test('figures in words', () => {
  expect([0, 1023, 1024, 700 * 1024 ** 2, 2 * 1024 ** 3].map(formatBytes)).toEqual([
    '0 B',
    '1023 B',
    '1.0 KiB',
    '700 MiB',
    '2.0 GiB',
  ])
  expect([0, 59_000, 61_000, 3_660_000, 90_000_000].map(formatDuration)).toEqual([
    '0 s',
    '59 s',
    '1 min 1 s',
    '1 h 1 min',
    '1 d 1 h',
  ])
  expect(formatAge(3_660_000)).toBe('1 h')
  expect([1.234, 12.6].map(formatMilliseconds)).toEqual(['1.2 ms', '13 ms'])
  expect([formatPlural(1, 'match', 'matches'), formatPlural(1200, 'row')]).toEqual(['1 match', '1,200 rows'])
})

function damage(text: string, marks: string, random: () => number): string {
  const at = Math.floor(random() * (text.length + 1))
  const mark = marks[Math.floor(random() * marks.length)] ?? ''
  const cut = Math.floor(random() * 3)
  return text.slice(0, at) + (random() < 0.7 ? mark : '') + text.slice(at + cut)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** mulberry32: small, and the same everywhere for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
