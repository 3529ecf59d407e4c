// Operators: passwords, sessions, and guessing made slow.

import { expect, test } from 'vitest'
import {
  type LoginFailure,
  type OperatorSession,
  Operators,
  SESSION_MS,
} from '../../gateway/access/operators.ts'
import { fitsHash, hashPassword } from '../../gateway/access/passwords.ts'
import { parsePasswordHash } from '../../gateway/config/password-hash.ts'

const ACCOUNT = { user: 'admin', password: 'right' }

function setUp(account: ConstructorParameters<typeof Operators>[0] = ACCOUNT) {
  const time = { now: 1_000_000 }
  return { time, operators: new Operators(account, () => time.now) }
}

function opened(result: OperatorSession | LoginFailure): OperatorSession {
  if ('code' in result) throw new Error(result.message)
  return result
}

test('the right password opens a session, found by its id', async () => {
  const { operators, time } = setUp()
  const session = opened(await operators.login('admin', 'right', '1.1.1.1'))
  expect(session).toMatchObject({ user: 'admin', expires: time.now + SESSION_MS })
  expect(Buffer.from(session.id, 'base64url')).toHaveLength(32)
  expect(session.csrf).not.toBe(session.id)
  expect(operators.session(session.id)).toEqual(session)
  expect(operators.session('')).toBeNull()
  const other = opened(await operators.login('admin', 'right', '1.1.1.1'))
  expect([other.id, other.csrf]).not.toContain(session.id)
})

test.each([
  ['admin', 'wrong'],
  ['other', 'right'],
  ['admin', ''],
  ['', ''],
  ['admin', 'right '],
])('user %j with password %j is refused alike', async (user, password) => {
  expect(await setUp().operators.login(user, password, '1.1.1.1')).toEqual({
    code: 'unauthorized',
    message: 'The user or the password is wrong: try again.',
  })
})

test('a password hash stands for the password', async () => {
  const passwordHash = await hashPassword('pass wörd')
  const { operators } = setUp({ user: 'admin', passwordHash })
  expect(await operators.login('admin', 'pass wörd', 'a')).toHaveProperty('csrf')
  expect(await operators.login('admin', 'pass word', 'a')).toMatchObject({ code: 'unauthorized' })
})

test('hashes have their own salt, and a form that the configuration accepts', async () => {
  const [one, other] = await Promise.all([hashPassword('same'), hashPassword('same')])
  expect(one).not.toBe(other)
  expect(parsePasswordHash(one)).toMatchObject({ cost: 16_384, blockSize: 8, parallelization: 5 })
  expect(await fitsHash('same', one)).toBe(true)
  expect(await fitsHash('same', 'scrypt$1')).toBe(false)
})

test.each([
  'scrypt$16384$8$1$AAAAAAAAAAAAAAAAAAAAAA',
  'bcrypt$16384$8$1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAA',
  'scrypt$16385$8$1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAA',
  'scrypt$1$8$1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAA',
  'scrypt$4194304$8$1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAA',
  'scrypt$16384$8$99$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAA',
  'scrypt$16384$8$1$AAAAAAAAAAAAAAAAAAAAA=$AAAAAAAAAAAAAAAAAAAAAAAA',
])('%s is no usable hash', hash => {
  expect(parsePasswordHash(hash)).toBeNull()
})

test('a known scrypt hash is checked as RFC 7914 computes it', async () => {
  const salt = Buffer.from('SodiumChloride').toString('base64url')
  const hash = Buffer.from(
    '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887',
    'hex',
  ).toString('base64url')
  expect(await fitsHash('pleaseletmein', `scrypt$16384$8$1$${salt}$${hash}`)).toBe(true)
})

test('a session slides with its use and ends without it', async () => {
  const { operators, time } = setUp()
  const { id } = opened(await operators.login('admin', 'right', 'a'))
  time.now += SESSION_MS - 1
  expect(operators.session(id)).toMatchObject({ expires: time.now + SESSION_MS })
  time.now += SESSION_MS - 1
  expect(operators.session(id)).not.toBeNull()
  time.now += SESSION_MS
  expect(operators.session(id)).toBeNull()
  time.now -= 10
  expect(operators.session(id)).toBeNull()
})

test('logout ends one session and no other', async () => {
  const { operators } = setUp()
  const one = opened(await operators.login('admin', 'right', 'a'))
  const other = opened(await operators.login('admin', 'right', 'a'))
  operators.logout(one.id)
  operators.logout('unknown')
  expect(operators.session(one.id)).toBeNull()
  expect(operators.session(other.id)).not.toBeNull()
})

test('five guesses a minute from one address, also when they come at once', async () => {
  const { operators, time } = setUp()
  const guesses = Array.from({ length: 8 }, () => operators.login('admin', 'wrong', 'a'))
  const codes = (await Promise.all(guesses)).map(result => ('code' in result ? result.code : 'opened'))
  expect(codes).toEqual([...Array(5).fill('unauthorized'), ...Array(3).fill('rate_limited')])
  time.now += 20_000
  expect(await operators.login('admin', 'right', 'a')).toEqual({
    code: 'rate_limited',
    message: 'There were too many login attempts: try again in 40 s.',
    retryAfterSeconds: 40,
  })
  expect(await operators.login('admin', 'right', 'b')).toHaveProperty('csrf')
  time.now += 40_000
  expect(await operators.login('admin', 'right', 'a')).toHaveProperty('csrf')
})

test('the right password makes an address start afresh', async () => {
  const { operators } = setUp()
  for (let round = 0; round < 30; round++) {
    await operators.login('admin', 'wrong', 'a')
    expect(await operators.login('admin', 'right', 'a')).toHaveProperty('csrf')
  }
})

test('guesses from many addresses are bounded together, for a minute', async () => {
  const { operators, time } = setUp()
  for (let address = 0; address < 60; address++) {
    expect(await operators.login('admin', 'wrong', `10.0.0.${address}`)).toMatchObject({
      code: 'unauthorized',
    })
  }
  expect(await operators.login('admin', 'wrong', 'fresh')).toMatchObject({
    code: 'rate_limited',
    retryAfterSeconds: 60,
  })
  time.now += 60_000
  expect(await operators.login('admin', 'right', 'fresh')).toHaveProperty('csrf')
})
