// How queries are read by their schema. Knows no routes.

import { expect, test } from 'vitest'
import { compileQueryCheck } from '../../gateway/api/query-check.ts'
import { Type } from '../../gateway/api/schema.ts'

const QUERY = Type.Object({
  after: Type.Optional(Type.String()),
  text: Type.Optional(Type.String({ maxLength: 3 })),
  transport: Type.Optional(Type.Enum(['websocket', 'sse'])),
  step: Type.Integer({ enum: [1, 60], default: 1 }),
  limit: Type.Integer({ minimum: 1, maximum: 1000, default: 50 }),
  wait: Type.Number({ minimum: 0, maximum: 30, default: 0 }),
})
const DEFAULTS = { step: 1, limit: 50, wait: 0 }

const check = compileQueryCheck({ schema: QUERY, method: 'GET', url: '/', httpPart: 'querystring' })

const good: [string, Record<string, unknown>, Record<string, unknown>][] = [
  ['nothing', {}, {}],
  ['numbers as texts', { limit: '7', wait: '0.5', step: '60' }, { limit: 7, wait: 0.5, step: 60 }],
  ['a text of digits', { after: '7' }, { after: '7' }],
  ['a choice', { transport: 'sse' }, { transport: 'sse' }],
  ['parameters without a value', { limit: '', transport: '', after: '' }, {}],
  ['as many characters as may be, of four bytes each', { text: '😀😀😀' }, { text: '😀😀😀' }],
  ['what nobody knows', { else: 'x' }, {}],
]

test.for(good)('%s: read', ([, query, more]) => {
  expect(check(query)).toEqual({ value: { ...DEFAULTS, ...more } })
})

const bad: [Record<string, unknown>, string][] = [
  [{ limit: 'many' }, 'The query parameter "limit" must be a whole number; it is "many".'],
  [{ limit: '1.5' }, 'The query parameter "limit" must be a whole number; it is "1.5".'],
  [{ limit: '1e2' }, 'The query parameter "limit" must be a whole number; it is "1e2".'],
  [{ limit: ['1', '2'] }, 'The query parameter "limit" is there 2 times; give it once.'],
  [{ limit: '0' }, 'The query parameter "limit" must be 1 or more; it is "0".'],
  [{ limit: '1001' }, 'The query parameter "limit" must be 1000 or less; it is "1001".'],
  [{ wait: '-1' }, 'The query parameter "wait" must be 0 or more; it is "-1".'],
  [{ wait: 'long' }, 'The query parameter "wait" must be a number; it is "long".'],
  [{ step: '2' }, 'The query parameter "step" must be one of 1, 60; it is "2".'],
  [{ after: ['a', 'b'] }, 'The query parameter "after" is there 2 times; give it once.'],
  [{ text: 'four' }, 'The query parameter "text" must not have more than 3 characters; it is "four".'],
  [{ transport: 'mail' }, 'The query parameter "transport" must be one of websocket, sse; it is "mail".'],
]

test.for(bad)('%o: refused', ([query, message]) => {
  expect(check(query)).toMatchObject({ error: { failure: { code: 'bad_request', message } } })
})

test('what is not optional is required', () => {
  expect(QUERY.required).toEqual(['step', 'limit', 'wait'])
  expect('required' in Type.Object({ a: Type.Optional(Type.Null()) })).toBe(false)
})
