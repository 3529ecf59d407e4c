// From text frames to commands: what is one, what is refused by name, and what counts as malformed.

import { expect, test } from 'vitest'
import { parseCommand } from '../../gateway/core/command-parse.ts'

test.each([
  ['{"type":"subscribe","ref":1,"channel":"a","since":"k3f9x2ab-1","history":0}'],
  ['{"type":"unsubscribe","ref":"x","channel":"a"}'],
  ['{"type":"history","channel":"a","since":"x","before":"y","limit":1000}'],
  ['{"type":"presence","channel":"a"}'],
  ['{"type":"ping"}'],
  ['{"type":"ping","ref":0}'],
  ['{"type":"auth","ref":-1.5,"token":""}'],
  [' {\n"type" : "ping" }\r\n'],
])('[W3] %s is a command', text => {
  expect(parseCommand(text)).toEqual({ command: JSON.parse(text) })
})

test('[H3] a publish keeps its data token by token', () => {
  const text = '{"type":"publish","channel":"a","data": {"b" :1.10, "a":12345678901234567890}, "key":"k"}'
  const data = '{"b":1.10,"a":12345678901234567890}'
  expect(parseCommand(text)).toEqual({ command: { type: 'publish', channel: 'a', data, key: 'k' } })
  expect(parseCommand('{"type":"publish","channel":"a","data":null}')).toMatchObject({
    command: { data: 'null' },
  })
})

test.each([
  [''],
  ['{'],
  ['[]'],
  ['null'],
  ['"ping"'],
  ['{}'],
  ['{"type":1,"ref":2}'],
  ['{"type":"Ping"}'],
  ['{"type":"constructor"}'],
  ['{"type":"__proto__"}'],
  ['{"type":"ping","type":"ping"}'],
  [`${'['.repeat(100_000)}`],
  [`{"type":"ping","ref":${'['.repeat(100_000)}`],
])('[W2] text %# of these is malformed', text => {
  expect(parseCommand(text)).toMatchObject({ failure: { code: 'bad_request' }, isMalformed: true })
})

test.each([
  ['{"type":"ping","ref":1,"channel":"a"}', 1, '"channel"'],
  ['{"type":"ping","ref":1,"__proto__":{}}', 1, '"__proto__"'],
  ['{"type":"subscribe","ref":2}', 2, '"channel"'],
  ['{"type":"subscribe","ref":2,"channel":null}', 2, '"channel"'],
  ['{"type":"subscribe","ref":2,"channel":"a b"}', 2, 'no channel name'],
  ['{"type":"subscribe","ref":2,"channel":"a","history":-1}', 2, '"history"'],
  ['{"type":"subscribe","ref":2,"channel":"a","history":1.5}', 2, '"history"'],
  ['{"type":"subscribe","ref":2,"channel":"a","history":"5"}', 2, '"history"'],
  ['{"type":"subscribe","ref":2,"channel":"a","since":5}', 2, '"since"'],
  ['{"type":"publish","ref":"p","channel":"a"}', 'p', '"data"'],
  ['{"type":"publish","ref":"p","channel":"a","data":1,"sender":"x"}', 'p', '"sender"'],
  ['{"type":"publish","ref":"p","channel":"a","data":1,"event":null}', 'p', '"event"'],
  ['{"type":"auth","ref":3}', 3, '"token"'],
  ['{"type":"nonsense","ref":4}', 4, '"type"'],
])('[W3] %s is refused by its ref and by name', (text, ref, named) => {
  const outcome = parseCommand(text)
  expect(outcome).toMatchObject({ ref, failure: { code: 'bad_request' } })
  expect('failure' in outcome && outcome.failure.message).toContain(named)
})

test.each([['null'], ['true'], ['{}'], [JSON.stringify('x'.repeat(201))], ['1'.repeat(201)]])(
  '[W3] the ref %s is refused, but the frame is not malformed',
  ref => {
    const outcome = parseCommand(`{"type":"ping","ref":${ref}}`)
    expect(outcome).toMatchObject({ failure: { code: 'bad_request' }, ref: undefined, isMalformed: false })
  },
)

// As JavaScript's own number, some would come back as another one, or as null, and nobody would know the answer again.
test.each([
  '0',
  '-7',
  '1.5',
  '1.50',
  '-0',
  '9007199254740993',
  '-18446744073709551615',
  '1e999',
  '"1"',
  '""',
])('[W3] the ref %s comes back as it was written', ref => {
  for (const text of [`{"type":"ping","ref":${ref}}`, `{"type":"nonsense","ref": ${ref} }`]) {
    const outcome = parseCommand(text)
    const echo = 'command' in outcome ? outcome.command.ref : outcome.ref
    expect(JSON.stringify({ ref: echo })).toBe(`{"ref":${ref}}`)
  }
})

test('a deeply nested publish neither throws nor takes long', () => {
  const depth = 20_000
  const data = '['.repeat(depth) + ']'.repeat(depth)
  expect(parseCommand(`{"type":"publish","channel":"a","data":${data}}`)).toMatchObject({ command: { data } })
})
