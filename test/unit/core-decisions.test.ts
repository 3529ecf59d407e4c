// What the core decides without asking anybody: rules, admission, where a resume starts, what a publication may be.

import { expect, test } from 'vitest'
import { type AdmissionRules, admit } from '../../gateway/core/admission.ts'
import { BUILT_IN_RULES, type ChannelRule, ChannelRules } from '../../gateway/core/channel-rules.ts'
import { createCounters } from '../../gateway/core/counters.ts'
import type { Identity } from '../../gateway/core/identity.ts'
import type { Publication } from '../../gateway/core/publication.ts'
import { checkPublication } from '../../gateway/core/publication-check.ts'
import { openingOf, startOf, unstoredOpening } from '../../gateway/core/resume.ts'

const EPOCH = 'k3f9x2ab'
const LOG = { epoch: EPOCH, head: 100 }
const RULE: ChannelRule = { ...BUILT_IN_RULES[1]! }

const ruleFor = (match: string): ChannelRule => ({ ...RULE, match })

test.each([
  ['public:a', 'public:*'],
  ['public:', 'public:*'],
  ['publicity', '*'],
  ['@eve', '@*'],
  ['$stats', '$*'],
])('[N3] without configured rules %s has the rule %s', (channel, match) => {
  expect(new ChannelRules(BUILT_IN_RULES).of(channel).match).toBe(match)
})

test.each([
  ['room:1', 'room:1'],
  ['room:2', 'room:*'],
  ['a-x-b-y-c', 'a*b*c'],
  ['abc', 'a*b*c'],
  ['ab', '(no rule)'],
  ['@eve', '@e*'],
  ['@adam', '@*'],
  ['$stats', '$*'],
])('[N3] [N2] the first rule that matches %s is %s', (channel, match) => {
  const rules = new ChannelRules(['room:1', 'room:*', 'a*b*c', '@e*', '$*x', '$stats'].map(ruleFor))
  expect(rules.of(channel).match).toBe(match)
  expect(rules.of(channel)).toBe(rules.of(channel))
})

test('[N2] no star matches a leading @ or $, and what no rule covers is open to nobody', () => {
  const rules = new ChannelRules([{ ...RULE, match: '*', subscribe: 'anyone', publish: 'subscribers' }])
  expect(rules.of('@eve')).toMatchObject({ subscribe: 'granted', publish: 'nobody' })
  expect(rules.of('$events')).toMatchObject({ subscribe: 'granted', publish: 'nobody', history: null })
  expect(new ChannelRules([]).of('a')).toMatchObject({ subscribe: 'granted', publish: 'nobody' })
})

test('[N3] many more names than are remembered keep their rules', () => {
  const rules = new ChannelRules([ruleFor('even:*'), ruleFor('*')])
  const names = Array.from({ length: 25_000 }, (_, index) => `${index % 2 ? 'odd' : 'even'}:${index}`)
  const wrong = names.filter(name => rules.of(name).match !== (name.startsWith('even') ? 'even:*' : '*'))
  expect(wrong).toEqual([])
})

const user: Identity = { kind: 'client', user: 'eve', subscribe: () => true, publish: () => false }

function rulesOf(more: Partial<AdmissionRules> & { limit?: number } = {}): AdmissionRules {
  const { limit = 200, everyone = [] } = more
  const access = {
    maySubscribe: (_: Identity, channel: string) =>
      channel.startsWith('no') ? { code: 'forbidden' as const, message: 'No.' } : null,
  }
  return { access, everyone, limits: { channelsPerConnection: limit }, counters: createCounters() }
}

test('[N2] everyone gets the announced channels, a user the personal one, whatever else is refused', () => {
  const admission = admit(['a', 'no', 'b c'], user, rulesOf({ everyone: ['news'] }))
  expect(new Set(admission.channels)).toEqual(new Set(['a', 'news', '@eve']))
  expect(admission.refused.map(({ channel, failure }) => [channel, failure.code])).toEqual([
    ['no', 'forbidden'],
    ['b c', 'bad_request'],
  ])
})

test('[N2] channels given without asking are not asked about, and not doubled', () => {
  const { channels, refused } = admit(['news', '@eve', 'a'], user, rulesOf({ everyone: ['news'] }))
  expect([...channels].sort()).toEqual(['@eve', 'a', 'news'])
  expect(refused).toEqual([])
})

test('[N2] the personal channel of a user with any characters is a channel name', () => {
  const odd: Identity = { ...user, user: 'é *,%@' }
  expect(admit([], odd, rulesOf()).channels).toEqual(['@%C3%A9%20%2A%2C%25@'])
})

test.each([
  { asked: ['a', 'b', 'c'], everyone: [], refused: [] },
  { asked: ['a', 'b', 'c', 'd'], everyone: [], refused: ['d'] },
  { asked: ['a', 'b', 'c'], everyone: ['e'], refused: ['c'] },
  { asked: ['e', 'a', 'b'], everyone: ['e'], refused: [] },
])('at most three channels: of $asked with $everyone for everyone, $refused are refused', each => {
  const { refused, channels } = admit(each.asked, { kind: 'anonymous' }, rulesOf({ ...each, limit: 3 }))
  expect(refused.map(({ channel }) => channel)).toEqual(each.refused)
  expect(channels).toHaveLength(3)
})

test.each([
  { since: undefined, history: undefined, from: { newest: 0 }, isReset: false },
  { since: undefined, history: 7, from: { newest: 7 }, isReset: false },
  { since: `${EPOCH}-0`, history: undefined, from: { after: 0 }, isReset: false },
  { since: `${EPOCH}-42`, history: 7, from: { after: 42 }, isReset: false },
  { since: `${EPOCH}-100`, history: undefined, from: { after: 100 }, isReset: false },
  { since: `${EPOCH}-101`, history: undefined, from: { after: 0 }, isReset: true },
  { since: `${EPOCH}-101`, history: 7, from: { newest: 7 }, isReset: true },
  { since: 'otherlog-42', history: undefined, from: { after: 0 }, isReset: true },
  { since: 'otherlog-42', history: 0, from: { newest: 0 }, isReset: true },
  { since: `${EPOCH}-042`, history: undefined, from: { after: 0 }, isReset: true },
  { since: `${EPOCH}--1`, history: undefined, from: { after: 0 }, isReset: true },
  { since: `${EPOCH}-99999999999999999999`, history: undefined, from: { after: 0 }, isReset: true },
  { since: 'nonsense', history: undefined, from: { after: 0 }, isReset: true },
  { since: '', history: undefined, from: { after: 0 }, isReset: true },
])('[C3] [W1] since $since with history $history starts at $from, reset: $isReset', each => {
  const { since, history } = each
  const start = startOf('a', { since, history }, LOG)
  expect(start).toEqual({ from: { channel: 'a', ...each.from }, isReset: each.isReset })
})

test.each([
  { after: 10, trimmed: 10, isReset: false, reason: null, cursor: 10 },
  { after: 9, trimmed: 10, isReset: false, reason: 'expired', cursor: 10 },
  { after: 0, trimmed: 0, isReset: true, reason: 'reset', cursor: 0 },
  { after: 0, trimmed: 10, isReset: true, reason: 'reset', cursor: 10 },
  { after: 50, trimmed: 10, isReset: true, reason: 'reset', cursor: 50 },
])('[R2] after $after of a channel trimmed to $trimmed (reset: $isReset) the gap is $reason', each => {
  const since = `${EPOCH}-${each.after}`
  const view = { channel: 'a', after: each.after, trimmed: each.trimmed, oldest: 11 }
  const { subscribed, gap } = openingOf(view, { since }, each.isReset, EPOCH)
  const cursor = `${EPOCH}-${each.cursor}`
  expect(subscribed).toEqual({ type: 'subscribed', channel: 'a', cursor, recovered: each.reason === null })
  const told = { type: 'gap', channel: 'a', requested: since, oldest: `${EPOCH}-11`, reason: each.reason }
  expect(gap).toEqual(each.reason && told)
})

test('without a cursor nothing is said of recovery, and nothing of a gap', () => {
  const view = { channel: 'a', after: 0, trimmed: 10, oldest: 11 }
  const expected = { subscribed: { type: 'subscribed', channel: 'a', cursor: `${EPOCH}-10` }, gap: null }
  expect(openingOf(view, { history: 5 }, false, EPOCH)).toEqual(expected)
  expect(unstoredOpening('a', { history: 5 }, `${EPOCH}-10`)).toEqual(expected)
})

test('[C4] a cursor for a channel without history is answered with a gap that names no oldest', () => {
  const { subscribed, gap } = unstoredOpening('u', { since: `${EPOCH}-3` }, `${EPOCH}-9`)
  expect(subscribed).toEqual({ type: 'subscribed', channel: 'u', cursor: `${EPOCH}-9`, recovered: false })
  const told = { type: 'gap', channel: 'u', requested: `${EPOCH}-3`, oldest: null, reason: 'no_history' }
  expect(gap).toEqual(told)
})

const long = (length: number) => 'x'.repeat(length)
const keyed = (key: string) => ({ idempotency: { scope: 's', key } })

test.each<[string, Partial<Publication>, string | null]>([
  ['the plainest', {}, null],
  ['a name of 200', { channel: long(200) }, null],
  ['a name of 201', { channel: long(201) }, 'bad_request'],
  ['no name', { channel: '' }, 'bad_request'],
  ['a star', { channel: 'a*' }, 'bad_request'],
  ['a name that is not ASCII', { channel: 'é' }, 'bad_request'],
  ['a line break at the end of a name', { channel: 'a\n' }, 'bad_request'],
  ['a channel of the gateway', { channel: '$stats' }, 'forbidden'],
  ['a personal channel', { channel: '@eve' }, null],
  ['100 bytes', { data: `"${long(98)}"` }, null],
  ['101 bytes', { data: `"${long(99)}"` }, 'too_large'],
  ['49 characters of two bytes', { data: `"${'é'.repeat(49)}"` }, null],
  ['50 characters of two bytes', { data: `"${'é'.repeat(50)}"` }, 'too_large'],
  ['34 characters of three bytes', { data: `"${'€'.repeat(34)}"` }, 'too_large'],
  ['a ttl of 1 ms', { ttlMs: 1 }, null],
  ['a ttl of a fraction', { ttlMs: 0.5 }, null],
  ['a ttl of nothing', { ttlMs: 0 }, 'bad_request'],
  ['a ttl before now', { ttlMs: -1 }, 'bad_request'],
  ['a ttl that is no number', { ttlMs: Number.NaN }, 'bad_request'],
  ['a ttl for ever', { ttlMs: Number.POSITIVE_INFINITY }, 'bad_request'],
  ['an empty event', { event: '' }, 'bad_request'],
  ['an event of 200', { event: long(200) }, null],
  ['an event of 201', { event: long(201) }, 'bad_request'],
  ['an empty sender', { sender: '' }, 'bad_request'],
  ['an empty key', keyed(''), 'bad_request'],
  ['a key of 201', keyed(long(201)), 'bad_request'],
  ['a key', keyed('k'), null],
])('[N1] [H5] a publication with %s', (_, more, code) => {
  const failure = checkPublication({ channel: 'a', data: '1', ...more }, RULE, 100)
  expect(failure?.code ?? null).toBe(code)
})

test("[H5] a rule's own limit counts when it is the smaller one", () => {
  const check = (limit: number) =>
    checkPublication({ channel: 'a', data: '"12345678"' }, { ...RULE, maxMessageBytes: limit }, 100)?.code
  expect([check(9), check(10), check(1000)]).toEqual(['too_large', undefined, undefined])
})
