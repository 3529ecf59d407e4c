// The explainer says what the gateway does, in the gateway's words: every kind of identity, every action.

import { expect, test } from 'vitest'
import { createAccess } from '../../gateway/access/access.ts'
import type { Action, Explanation, Question } from '../../gateway/access/explain.ts'
import { clientGrant, keyGrant } from '../../gateway/access/patterns.ts'
import { type ChannelRule, ChannelRules } from '../../gateway/core/channel-rules.ts'
import type { Identity } from '../../gateway/core/identity.ts'
import { type Claims, signToken } from '../harness/token.ts'

const SECRET = 'a secret of more than thirty-two bytes'

const rule = (
  match: string,
  subscribe: ChannelRule['subscribe'],
  publish: ChannelRule['publish'],
): ChannelRule => ({ match, subscribe, publish, history: null, presence: match === 'open' })

const KEYS: Record<string, Identity> = {
  shop: { kind: 'key', name: 'shop', publish: keyGrant(['orders:*', '@*']), read: false, admin: false },
  boss: { kind: 'key', name: 'boss', publish: keyGrant([]), read: false, admin: true },
}

const access = createAccess({
  config: { auth: { jwt: { secret: SECRET, requireExp: true } }, everyone: ['news'] },
  rules: new ChannelRules([
    rule('open', 'anyone', 'nobody'),
    rule('talk', 'user', 'subscribers'),
    rule('orders:*', 'granted', 'granted'),
  ]),
  clock: Date.now,
  identifyKey: () => null,
  keyNamed: name => KEYS[name] ?? null,
  warn: () => {},
})

const token = (claims: Claims) => signToken(SECRET, claims)

async function explain(action: Action, channel: string, who: Omit<Question, 'action' | 'channel'> = {}) {
  const answer = await access.explain({ action, channel, ...who })
  if ('message' in answer) throw new Error(answer.message)
  return answer
}

const granted = token({ sub: 'ann', subscribe: ['orders:7', 'orders:*'], publish: ['orders:7'] })

const allowed: [Action, string, Omit<Question, 'action' | 'channel'>, Partial<Explanation>][] = [
  ['subscribe', 'open', {}, { reason: 'The rule "open" lets anyone receive "open".' }],
  ['read', 'news', {}, { rule: { match: '(no rule)', index: null } }],
  ['presence', 'open', {}, { rule: { match: 'open', index: 0 } }],
  [
    'subscribe',
    'talk',
    { user: 'ann' },
    { reason: 'The rule "talk" lets everyone who is a user receive "talk".' },
  ],
  [
    'publish',
    'talk',
    { user: 'ann' },
    { reason: expect.stringContaining('lets subscribers publish to "talk"') },
  ],
  ['subscribe', '@ann', { user: 'ann' }, { reason: '"@ann" is this user\'s personal channel.' }],
  ['subscribe', 'orders:7', { token: granted }, { grant: 'orders:7', rule: { match: 'orders:*', index: 2 } }],
  ['read', 'orders:8', { token: granted }, { grant: 'orders:*' }],
  ['publish', 'orders:7', { token: granted }, { grant: 'orders:7' }],
  ['publish', 'orders:7', { key: 'shop' }, { grant: 'orders:*', reason: expect.stringContaining('"shop"') }],
  ['publish', '@ann', { key: 'shop' }, { grant: '@*' }],
  ['read', 'orders:7', { key: 'boss' }, { reason: expect.stringContaining('admin: true') }],
]

test.each(allowed)('[N3] %s to %s is allowed, and why is said', async (action, channel, who, expected) => {
  expect(await explain(action, channel, who)).toMatchObject({ allowed: true, ...expected })
})

const IDENTITIES: [string, Omit<Question, 'action' | 'channel'>, Identity][] = [
  ['anybody', {}, { kind: 'anonymous' }],
  [
    'a user',
    { user: 'ann' },
    { kind: 'client', user: 'ann', subscribe: clientGrant([]), publish: clientGrant([]) },
  ],
  [
    'a token',
    { token: token({ subscribe: ['orders:7'] }) },
    { kind: 'client', subscribe: clientGrant(['orders:7']), publish: clientGrant([]) },
  ],
  ['a key', { key: 'shop' }, KEYS.shop!],
  ['an admin key', { key: 'boss' }, KEYS.boss!],
]
const CHANNELS = ['open', 'talk', 'orders:7', 'orders:8', 'other', 'news', '@ann', '@bob', '$stats']

test.each(IDENTITIES)(
  '[N2] for %s each refusal is the one that a connection is given',
  async (_, who, identity) => {
    let refused = 0
    for (const channel of CHANNELS) {
      const receives = access.maySubscribe(identity, channel)
      const verdicts = {
        subscribe: receives,
        publish: access.mayPublish(identity, channel, receives === null),
      }
      for (const [action, verdict] of Object.entries(verdicts)) {
        const { allowed, code, reason } = await explain(action as Action, channel, who)
        expect(allowed, `${action} ${channel}`).toBe(verdict === null)
        if (verdict === null) continue
        expect({ code, message: reason }).toEqual(verdict)
        refused += 1
      }
    }
    expect(refused).toBeGreaterThan(3)
  },
)

test('a bad token is an answer that says what is wrong with it, and does not repeat it', async () => {
  const expired = token({ sub: 'ann', exp: 1 })
  const answer = await explain('subscribe', 'open', { token: expired })
  expect(answer).toMatchObject({ allowed: false, code: 'unauthorized', rule: { match: 'open', index: 0 } })
  expect(answer.reason).toContain('The token expired')
  expect(JSON.stringify(answer)).not.toContain(expired.split('.')[1])
})

test('presence of a channel without it is refused with the key to set', async () => {
  expect(await explain('presence', 'talk', { user: 'ann' })).toMatchObject({
    allowed: false,
    code: 'not_found',
    reason: expect.stringContaining('presence: true'),
  })
})

test.each([
  [{ user: 'ann', key: 'shop' }, 'Name one of token, user and key'],
  [{ key: 'tw_secret' }, 'There is no API key of this name'],
  [{ user: '' }, 'The user is'],
])('%j is no question', async (who, expected) => {
  const answer = await access.explain({ action: 'read', channel: 'open', ...who })
  expect(answer).toMatchObject({ code: 'bad_request', message: expect.stringContaining(expected) })
  expect(JSON.stringify(answer)).not.toContain('tw_secret')
})
