// Client tokens: signatures and claims (protocol §8).

import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { createTokenReader } from '../../gateway/access/jwt.ts'
import type { JwtConfig } from '../../gateway/config/config.ts'

const SECRET = 'the-secret-of-these-tests-0123456789'
const NOW = 1_700_000_000
const CONFIG: JwtConfig = { secret: SECRET, requireExp: true }

const encode = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

function sign(claims: unknown, header: object = { alg: 'HS256', typ: 'JWT' }, secret = SECRET): string {
  const signed = `${encode(header)}.${encode(claims)}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

/** Nothing here has anything to tell the log. */
const fail = (message: string): never => {
  throw new Error(message)
}

const read = (token: string, config: Partial<JwtConfig> = {}) =>
  createTokenReader({ ...CONFIG, ...config }, () => NOW * 1000, fail)(token)

async function refusal(token: string, config: Partial<JwtConfig> = {}): Promise<string> {
  const result = await read(token, config)
  expect(result).toMatchObject({ code: 'unauthorized' })
  const { message } = result as { message: string }
  for (const part of token.split('.')) if (part.length > 8) expect(message).not.toContain(part)
  expect(message).toMatch(/^[A-Z].*\.$/)
  return message
}

test('a token becomes a client with its user, info, grants and end', async () => {
  const info = { name: 'Ann' }
  const claims = { sub: 'ann', exp: NOW + 60.5, info, subscribe: ['chat:*', 'news'], publish: ['chat:1'] }
  const identity = await read(sign(claims))
  expect(identity).toMatchObject({ kind: 'client', user: 'ann', info, expires: NOW * 1000 + 60_500 })
  if (!('kind' in identity) || identity.kind !== 'client') throw new Error('no client')
  expect(['chat:1', 'chat:', 'news', 'news2', 'other'].map(identity.subscribe)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ])
  expect(['chat:1', 'chat:2'].map(identity.publish)).toEqual([true, false])
})

test('[N2] no pattern of a token matches @ or $, spelled out or by *', async () => {
  const patterns = ['*', '@*', '@bob', '$stats', '$*']
  const identity = await read(sign({ sub: 'ann', exp: NOW + 60, subscribe: patterns, publish: patterns }))
  if (!('kind' in identity) || identity.kind !== 'client') throw new Error('no client')
  expect(['@bob', '@ann', '$stats', '$x', 'plain'].map(identity.subscribe)).toEqual([
    false,
    false,
    false,
    false,
    true,
  ])
  expect(['@bob', '$stats', 'plain'].map(identity.publish)).toEqual([false, false, true])
})

test('without sub: an anonymous holder of grants; without patterns: none', async () => {
  const identity = await read(sign({ exp: NOW + 60 }))
  expect(identity).toMatchObject({ kind: 'client', user: undefined })
  if (!('kind' in identity) || identity.kind !== 'client') throw new Error('no client')
  expect(identity.subscribe('a') || identity.publish('a')).toBe(false)
})

test('the previous secret is accepted, a strange one is not', async () => {
  const old = sign({ exp: NOW + 60 }, undefined, 'the-previous-secret-0123456789-abcdef')
  expect(await read(old, { previousSecret: 'the-previous-secret-0123456789-abcdef' })).toMatchObject({
    kind: 'client',
  })
  expect(await refusal(old)).toContain('signature does not fit')
})

test('exp may be left out only when the configuration says so', async () => {
  expect(await refusal(sign({ sub: 'a' }))).toContain('no exp')
  expect(await read(sign({ sub: 'a' }), { requireExp: false })).toMatchObject({
    kind: 'client',
    expires: undefined,
  })
  expect(await refusal(sign({ exp: NOW - 60 }), { requireExp: false })).toContain('expired')
})

test('an end between two milliseconds is one of them', async () => {
  expect(await read(sign({ exp: NOW + 60.0004 }))).toMatchObject({ expires: (NOW + 60) * 1000 })
  expect(await read(sign({ exp: NOW + 60.1236 }))).toMatchObject({ expires: (NOW + 60) * 1000 + 124 })
})

test('clocks may be 10 s apart, and a token accepted by that ends with it', async () => {
  expect(await read(sign({ exp: NOW - 9.9 }))).toMatchObject({ expires: NOW * 1000 + 100 })
  expect(await refusal(sign({ exp: NOW - 10 }))).toContain('expired 10 seconds ago')
  expect(await read(sign({ exp: NOW + 60, nbf: NOW + 10 }))).toMatchObject({ kind: 'client' })
  expect(await refusal(sign({ exp: NOW + 60, nbf: NOW + 11 }))).toContain('valid only in 11 seconds')
})

test('the refusal says how long ago the token expired', async () => {
  expect(await refusal(sign({ exp: NOW - 190 }))).toBe(
    `The token expired 3 minutes ago (exp ${NOW - 190}): connect with a fresh one.`,
  )
  expect(await refusal(sign({ exp: NOW - 86_400 }))).toContain('1 day ago')
})

test.each([
  [{ alg: 'none' }, 'alg none'],
  [{ alg: 'RS256' }, 'alg RS256'],
  [{ alg: 'hs256' }, 'alg hs256'],
  [{ alg: '<script>' }, 'no known alg'],
  [{}, 'no known alg'],
  [{ alg: 'HS256', crit: ['exp'] }, 'critical headers'],
])('the header %j is refused', async (header, expected) => {
  expect(await refusal(sign({ exp: NOW + 60 }, header))).toContain(expected)
})

test('a signature taken off or changed is refused', async () => {
  const token = sign({ exp: NOW + 60 })
  expect(await refusal(token.replace(/[^.]+$/, ''))).toContain('signature')
  const other = sign({ exp: NOW + 61 })
  const mixed = [...token.split('.').slice(0, 2), other.split('.')[2]].join('.')
  expect(await refusal(mixed)).toContain('signature does not fit')
})

test.each(['', 'x', 'a.b', 'a.b.c', 'a.b.c.d', '..', 'a b.c.d', `${'é'.repeat(20)}.a.b`, '{}'])(
  '%j is no JWT',
  async token => {
    expect(await refusal(token)).toContain('not a JWT')
  },
)

test.each(['[]', 'null', '"text"', '1', '{', ''])('the payload %s is refused', async payload => {
  expect(await refusal(sign(payload))).toContain('payload is not a JSON object')
})

test.each([
  [{ exp: '1800000000' }, 'exp is not a number'],
  [{ exp: null }, 'exp is not a number'],
  [{ exp: NOW * 1000 }, 'not milliseconds'],
  [{ nbf: 'now' }, 'nbf is not a number'],
  [{ sub: '' }, 'sub is empty'],
  [{ sub: 42 }, 'sub is not text'],
  [{ sub: null }, 'sub is not text'],
  [{ sub: 'a'.repeat(200) }, 'sub is too long'],
  [{ sub: 'é'.repeat(34) }, 'sub is too long'],
  [{ sub: '\ud800' }, 'lone surrogate'],
  [{ subscribe: 'a' }, 'subscribe is not an array'],
  [{ subscribe: ['a', 1] }, 'subscribe[1] is no channel pattern'],
  [{ publish: ['a b'] }, 'publish[0] is no channel pattern'],
  [{ publish: [''] }, 'publish[0]'],
  [{ publish: ['a'.repeat(201)] }, 'publish[0]'],
  [{ info: 'Ann' }, 'info is not a JSON object'],
])('the claims %j are refused', async (claims, expected) => {
  expect(await refusal(sign({ exp: NOW + 60, ...claims }))).toContain(expected)
})

test('an exp beyond all numbers is refused', async () => {
  expect(await refusal(sign('{"exp":1e999}'))).toContain('too far away')
})

test.each([[{ sub: 'a'.repeat(199) }], [{ sub: 'é'.repeat(33) }], [{ subscribe: ['a'.repeat(200)] }]])(
  'the longest claims are accepted: %#',
  async claims => {
    expect(await read(sign({ exp: NOW + 60, ...claims }))).toMatchObject({ kind: 'client' })
  },
)

test('iss and aud count when they are configured', async () => {
  const config = { issuer: 'shop', audience: 'realtime' }
  const claims = { exp: NOW + 60, iss: 'shop', aud: 'realtime' }
  expect(await read(sign(claims), config)).toMatchObject({ kind: 'client' })
  expect(await read(sign({ ...claims, aud: ['x', 'realtime'] }), config)).toMatchObject({ kind: 'client' })
  expect(await refusal(sign({ ...claims, iss: 'other' }), config)).toContain('iss is not "shop"')
  expect(await refusal(sign({ ...claims, iss: undefined }), config)).toContain('iss is not')
  expect(await refusal(sign({ ...claims, aud: 'realtime2' }), config)).toContain(
    'aud does not hold "realtime"',
  )
  expect(await refusal(sign({ ...claims, aud: undefined }), config)).toContain('aud does not hold')
  expect(await read(sign({ exp: NOW + 60, iss: 'any', aud: 'any' }))).toMatchObject({ kind: 'client' })
})
