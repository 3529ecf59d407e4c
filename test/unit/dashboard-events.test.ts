// The dashboard's stores of events, access and settings, without a page: what they make of what the gateway tells.

import { expect, test } from 'vitest'
import { keyBody, keyFault } from '../../dashboard/state/api-keys.ts'
import { addLines, apiQuery, filterOf, linesOf, toggleKind } from '../../dashboard/state/event-log.ts'
import { faultMs, wordsOf } from '../../dashboard/state/event-words.ts'
import { isWhole, questionBody, questionOf, questionQuery } from '../../dashboard/state/question.ts'
import { historyWords } from '../../dashboard/state/rule-words.ts'
import { groupSettings, type Setting, valueLines } from '../../dashboard/state/settings.ts'
import { claimsOf } from '../../dashboard/state/token-report.ts'
import type { KeptEvent } from '../../shared/kept-event.ts'
import type { ToldEvent } from '../../shared/stats.ts'

const line = (id: number, more: Partial<KeptEvent> = {}): KeptEvent => ({
  id,
  time: id * 1000,
  kind: 'gap',
  code: 'slow',
  message: '',
  count: 1,
  ...more,
})
const ids = (rows: readonly KeptEvent[]) => rows.map(({ id }) => id)

test('live events become lines by their id; what is counted elsewhere or not kept becomes none', () => {
  const told: ToldEvent[] = [
    { kind: 'storage', time: 1, state: 'failed', message: 'full', id: 4 },
    { kind: 'gap', time: 2, connection: 'a', channel: 'x', reason: 'slow' },
    { kind: 'subscribed', time: 3, connection: 'a', channel: 'x' },
    { kind: 'counted', time: 4, event: line(3, { count: 9 }) },
  ]
  expect(linesOf(told)).toMatchObject([
    { id: 4, kind: 'storage', code: 'failed', count: 1 },
    { id: 3, count: 9 },
  ])
})

test('lines go on top in their order, the same line counts on, and coming twice changes nothing', () => {
  const rows = [line(5), line(3)]
  const once = addLines(rows, [line(7), line(6), line(3, { count: 4 }), line(6, { count: 2 })], {})
  expect(ids(once)).toEqual([7, 6, 5, 3])
  expect(once.map(({ count }) => count)).toEqual([1, 2, 1, 4])
  const late = addLines(once, [line(6), line(3, { count: 2 })], {})
  expect(late.map(({ count }) => count)).toEqual([1, 2, 1, 4])
  expect(addLines(rows, [line(9)], { kinds: ['refused'] })).toBe(rows)
  // Who looks at what was before a moment is not shown what comes after it.
  expect(addLines(rows, [line(9)], { until: 8999 })).toBe(rows)
  expect(ids(addLines(rows, [line(9)], { until: 9000 }))).toEqual([9, 5, 3])
  // The line for the rest of a flood has its number from the flood's beginning, and is told up to a second later.
  expect(ids(addLines(rows, [line(4, { count: 9 }), line(6)], {}))).toEqual([6, 5, 4, 3])
  // A line of a page that was never read is not put among newer ones.
  expect(ids(addLines(rows, [line(1, { count: 3 })], {}))).toEqual([5, 3])
})

test('the address holds the filter, and the same is asked of the gateway', () => {
  const filter = filterOf({ kind: 'gap,refused,nonsense', q: 'orders', user: 'ann', code: '' })
  expect(filter).toMatchObject({ kinds: ['refused', 'gap'], text: 'orders', user: 'ann', code: undefined })
  expect(apiQuery(filter)).toBe('kind=refused%2Cgap&text=orders&user=ann')
  expect(apiQuery(filterOf({}))).toBe('')
  expect(apiQuery(filterOf({ until: '1500' }))).toBe('until=1500')
  expect(filterOf({ until: 'noon' }).until).toBeUndefined()
  expect(toggleKind([], 'gap')).toBe('gap')
  expect(toggleKind(['gap'], 'refused')).toBe('refused,gap')
  expect(toggleKind(['gap'], 'gap')).toBe('')
  expect(toggleKind(['connected', 'disconnected', 'refused', 'storage', 'started'], 'gap')).toBe('')
})

test('events have words, and the end of a fault says how long it was', () => {
  expect(wordsOf(line(1))).toMatchObject({ severity: 'warn', message: expect.stringMatching(/slowly/) })
  expect(wordsOf(line(1, { kind: 'refused', code: 'rate_limited' })).title).toBe('Rate limit')
  expect(wordsOf(line(1, { kind: 'disconnected', code: 'closed' })).severity).toBe('note')
  const failed = line(2, { kind: 'storage', code: 'failed' })
  const recovered = line(9, { kind: 'storage', code: 'recovered' })
  expect(faultMs([recovered, line(5), failed], recovered)).toBe(7000)
  expect(faultMs([recovered], recovered)).toBeNull()
  expect(faultMs([failed], failed)).toBeNull()
})

test('a key is made of what was typed', () => {
  const draft = { name: ' shop ', publish: 'orders:*, news\n', read: false, admin: false, rate: '' }
  expect(JSON.parse(keyBody(draft))).toEqual({
    name: 'shop',
    publish: ['orders:*', 'news'],
    read: false,
    admin: false,
  })
  expect(JSON.parse(keyBody({ ...draft, rate: ' 50 ' })).publishPerSecond).toBe(50)
  expect(keyFault(draft)).toBeNull()
  expect(keyFault({ ...draft, name: ' ' })).toMatch(/name/)
  expect(keyFault({ ...draft, publish: ' ' })).toMatch(/do something/)
  for (const rate of ['0', '1.5', 'many']) expect(keyFault({ ...draft, rate })).toMatch(/whole number/)
})

test('a question lives in the address, but for a token', () => {
  const question = questionOf({ action: 'publish', channel: 'orders:1', who: 'key', name: 'shop' })
  expect(questionQuery(question)).toEqual({
    action: 'publish',
    channel: 'orders:1',
    who: 'key',
    name: 'shop',
  })
  expect(JSON.parse(questionBody(question))).toEqual({ action: 'publish', channel: 'orders:1', key: 'shop' })
  const withToken = { ...question, who: 'token' as const, token: ' abc\n' }
  expect(JSON.stringify(questionQuery(withToken))).not.toMatch(/abc|shop/)
  expect(JSON.parse(questionBody(withToken))).toMatchObject({ token: 'abc' })
  expect([question, { ...question, name: '' }, { ...withToken, token: ' ' }].map(isWhole)).toEqual([
    true,
    false,
    false,
  ])
  expect(isWhole(questionOf({}))).toBe(false)
})

test('claims are read with what they mean, moments as moments', () => {
  const claims = claimsOf({ valid: true, reason: '', claims: { team: 7, exp: 1000, sub: 'ann', nbf: 1e15 } })
  expect(claims).toEqual([
    { name: 'sub', value: 'ann', meaning: 'the user' },
    { name: 'exp', value: '1000', meaning: 'ends', time: 1_000_000 },
    { name: 'nbf', value: '1000000000000000', meaning: 'counts from' },
    { name: 'team', value: '7', meaning: '' },
  ])
  expect(claimsOf({ valid: false, reason: '' })).toEqual([])
})

const setting = (key: string, more: Partial<Setting> = {}): Setting => ({
  key,
  value: 1,
  default: 1,
  source: 'default',
  isChanged: false,
  why: 'a reason',
  ...more,
})

test('settings are found by words and grouped, values written as one writes them', () => {
  const all = [setting('host'), setting('limits.connections'), setting('drain', { isChanged: true })]
  const names = (text: string, changedOnly = false) =>
    groupSettings(all, { text, changedOnly }).map(({ name, settings }) => [
      name,
      ...settings.map(({ key }) => key),
    ])
  expect(names('')).toEqual([
    ['', 'host', 'drain'],
    ['limits', 'limits.connections'],
  ])
  expect(names('LIMITS reason')).toEqual([['limits', 'limits.connections']])
  expect(names('', true)).toEqual([['', 'drain']])
  expect(valueLines(null)).toEqual([])
  expect(valueLines([])).toEqual(['[]'])
  expect(valueLines('64KiB')).toEqual(['64KiB'])
  expect(valueLines([{ match: 'a:*', history: { messages: 5 }, publish: ['x', 'y'] }])).toEqual([
    '- match: a:*, history: { messages: 5 }, publish: [x, y]',
  ])
})

test('a history is told in messages and time', () => {
  expect(historyWords(false)).toBe('none')
  expect(historyWords({ messages: 1000, ageMs: 86_400_000, bytes: 1024 })).toBe(
    '1,000 messages, 1 d, 1.0 KiB',
  )
})
