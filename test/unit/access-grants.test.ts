// Who may receive and publish what: rules N2 and N3 put to every kind of identity.

import { expect, test } from 'vitest'
import { createAccess } from '../../gateway/access/access.ts'
import { clientGrant, keyGrant } from '../../gateway/access/patterns.ts'
import type { Config } from '../../gateway/config/config.ts'
import { type ChannelRule, ChannelRules } from '../../gateway/core/channel-rules.ts'
import type { Identity } from '../../gateway/core/identity.ts'

const rule = (
  match: string,
  subscribe: ChannelRule['subscribe'],
  publish: ChannelRule['publish'],
): ChannelRule => ({ match, subscribe, publish, history: null, presence: false })

const RULES = new ChannelRules([
  rule('open', 'anyone', 'nobody'),
  rule('talk', 'anyone', 'subscribers'),
  rule('users', 'user', 'user'),
  rule('*', 'granted', 'granted'),
])

const config: Pick<Config, 'auth' | 'everyone'> = {
  auth: { jwt: { secret: 'x'.repeat(32), requireExp: true } },
  everyone: ['news'],
}
const access = createAccess({
  config,
  rules: RULES,
  clock: () => 0,
  identifyKey: () => null,
  keyNamed: () => null,
  warn: () => {},
})

const key = (name: string, publish: string[], read: boolean, admin: boolean): Identity => ({
  kind: 'key',
  name,
  publish: keyGrant(publish),
  read,
  admin,
})

const client = (user: string | undefined, patterns: string[]): Identity => ({
  kind: 'client',
  user,
  subscribe: clientGrant(patterns),
  publish: clientGrant(patterns),
})
const WHO = {
  anonymous: { kind: 'anonymous' },
  ann: client('ann', []),
  annGranted: client('ann', ['*']),
  holder: client(undefined, ['*']),
  shopKey: key('shop', ['shop:*', '@*'], false, false),
  allKey: key('all', ['*'], true, false),
  bossKey: key('boss', [], false, true),
  operator: { kind: 'operator', user: 'admin', session: 's', role: 'operator' },
  viewer: { kind: 'operator', user: 'eve', session: 's', role: 'viewer' },
} satisfies Record<string, Identity>
type Who = keyof typeof WHO

const EVERYONE = Object.keys(WHO) as Who[]
const BACKENDS: Who[] = ['allKey', 'bossKey', 'operator', 'viewer']

const receiving: [channel: string, allowed: Who[]][] = [
  ['open', EVERYONE.filter(who => who !== 'shopKey')],
  ['users', ['ann', 'annGranted', ...BACKENDS]],
  ['room', ['annGranted', 'holder', ...BACKENDS]],
  ['@ann', ['ann', 'annGranted', ...BACKENDS]],
  ['@bob', BACKENDS],
  ['$stats', ['operator', 'viewer']],
  ['news', EVERYONE],
]

test.each(receiving)('[N3] %s is received by %j and nobody else', (channel, allowed) => {
  for (const may of [access.maySubscribe, access.mayRead]) {
    expect(EVERYONE.filter(who => may(WHO[who], channel) === null)).toEqual(
      EVERYONE.filter(who => allowed.includes(who)),
    )
  }
})

const publishing: [channel: string, subscribed: boolean, allowed: Who[]][] = [
  ['open', true, ['allKey', 'operator']],
  ['talk', true, ['anonymous', 'ann', 'annGranted', 'holder', 'allKey', 'operator']],
  ['talk', false, ['allKey', 'operator']],
  ['users', false, ['ann', 'annGranted', 'allKey', 'operator']],
  ['room', true, ['annGranted', 'holder', 'allKey', 'operator']],
  ['shop:1', false, ['annGranted', 'holder', 'shopKey', 'allKey', 'operator']],
  ['@ann', true, ['shopKey', 'allKey', 'operator']],
  ['$stats', true, []],
]

test.each(publishing)(
  '[N3] to %s (subscribed: %s) publish %j and nobody else',
  (channel, subscribed, allowed) => {
    const may = EVERYONE.filter(who => access.mayPublish(WHO[who], channel, subscribed) === null)
    expect(may).toEqual(EVERYONE.filter(who => allowed.includes(who)))
  },
)

test.each<[Who, string, string, string]>([
  [
    'anonymous',
    'room',
    'unauthorized',
    'The rule "*" does not let this connection receive "room": connect with a token whose subscribe patterns match it.',
  ],
  [
    'ann',
    'room',
    'forbidden',
    'The rule "*" does not let this connection receive "room": connect with a token whose subscribe patterns match it.',
  ],
  [
    'holder',
    'users',
    'forbidden',
    'The rule "users" does not let this connection receive "users": connect with a token that names a user (sub).',
  ],
  ['anonymous', '$stats', 'unauthorized', '"$stats" is for operators only: sign in to the dashboard.'],
  [
    'annGranted',
    '@bob',
    'forbidden',
    '"@bob" is a personal channel: only a token whose sub is that user receives it.',
  ],
  ['shopKey', 'open', 'forbidden', 'The API key "shop" may not read "open": give the key read: true.'],
])('[S8] %s is refused %s as %s in one sentence', (who, channel, code, message) => {
  expect(access.maySubscribe(WHO[who], channel)).toEqual({ code, message })
})

test.each<[Who, string, string, RegExp]>([
  ['anonymous', 'open', 'forbidden', /rule "open".*no client may/],
  ['anonymous', 'talk', 'forbidden', /rule "talk".*subscribe to it first/],
  ['anonymous', 'users', 'unauthorized', /rule "users".*names a user/],
  ['anonymous', 'room', 'unauthorized', /rule "\*".*publish patterns/],
  ['ann', 'room', 'forbidden', /rule "\*".*publish patterns/],
  ['shopKey', 'room', 'forbidden', /API key "shop" may not publish/],
  ['operator', '$events', 'forbidden', /belongs to the gateway/],
])('%s may not publish to %s: %s', (who, channel, code, message) => {
  expect(access.mayPublish(WHO[who], channel, false)).toMatchObject({
    code,
    message: expect.stringMatching(message),
  })
})

test('[N2] the personal channel is found for a user with characters outside N1', () => {
  const user = 'ann smith*'
  expect(access.maySubscribe(client(user, []), '@ann%20smith%2A')).toBeNull()
  expect(access.maySubscribe(client(user, []), '@ann')).not.toBeNull()
})

test('[N2] a key reaches personal channels by *, never the gateway’s own', () => {
  expect(['@ann', 'a', '$stats'].map(keyGrant(['*']))).toEqual([true, true, false])
  expect(keyGrant(['$stats'])('$stats')).toBe(false)
})

test('grants match exact names and patterns alike', () => {
  const grant = clientGrant(['a', 'b:*', '*:c:*:d'])
  expect(['a', 'aa', 'b:', 'b', 'x:c:y:d', 'x:c:d'].map(grant)).toEqual([
    true,
    false,
    true,
    false,
    true,
    false,
  ])
})
