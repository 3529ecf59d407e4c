// Operators: passwords, sessions, and guessing made slow.

import { scryptSync } from 'node:crypto'
import { expect, test } from 'vitest'
import type { AccountConfig } from '../../gateway/access/accounts.ts'
import {
  type LoginFailure,
  type OperatorSession,
  Operators,
  SESSION_MS,
} from '../../gateway/access/operators.ts'
import { fitsHash, hashPassword } from '../../gateway/access/passwords.ts'
import { formatPasswordHash, parsePasswordHash } from '../../gateway/config/password-hash.ts'
import type { SessionStore, StoredSession } from '../../gateway/core/session-store.ts'

const ACCOUNT = { user: 'admin', password: 'right' }

/** Sessions that a test keeps between two gateways, and a disk that fails when told to. */
class ArrayStore implements SessionStore {
  readonly sessions = new Map<string, StoredSession>()
  isBroken = false

  list(): StoredSession[] {
    return [...this.sessions.values()]
  }

  save(changes: ReadonlyMap<string, StoredSession | null>): void {
    if (this.isBroken) throw new Error('disk full')
    for (const [digest, session] of changes) {
      if (session) this.sessions.set(digest, session)
      else this.sessions.delete(digest)
    }
  }
}

function setUp(
  admin: AccountConfig['admin'] = ACCOUNT,
  operators: AccountConfig['operators'] = [],
  store = new ArrayStore(),
) {
  const time = { now: 1_000_000 }
  const faults: unknown[] = []
  const options = { store, clock: () => time.now, onFault: (error: unknown) => faults.push(error) }
  const start = (accounts: AccountConfig) => new Operators({ ...options, accounts })
  return { time, store, faults, start, operators: start({ admin, operators }) }
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
  const passwordHash = cheapHash('pass wörd')
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

test('signing in is no guess, however often', async () => {
  const { operators } = setUp()
  for (let guess = 0; guess < 4; guess++) await operators.login('admin', 'wrong', 'a')
  for (let round = 0; round < 30; round++)
    expect(await operators.login('admin', 'right', 'a')).toHaveProperty('csrf')
})

test('who has an account guesses the password of another no faster for signing in between', async () => {
  const { operators } = setUp()
  for (let guess = 0; guess < 5; guess++) {
    expect(await operators.login('boss', 'wrong', 'a')).toMatchObject({ code: 'unauthorized' })
    if (guess < 4) expect(await operators.login('admin', 'right', 'a')).toHaveProperty('csrf')
  }
  expect(await operators.login('boss', 'wrong', 'a')).toMatchObject({ code: 'rate_limited' })
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

test('sessions outlive a restart, and what is kept of them opens nothing', async () => {
  const { operators, store, start, time } = setUp()
  const { id, csrf } = opened(await operators.login('admin', 'right', 'a'))
  time.now += 60_000
  operators.session(id)
  operators.flush()
  const kept = JSON.stringify(store.list())
  for (const secret of [id, csrf, 'right']) expect(kept).not.toContain(secret)
  const restarted = start({ admin: ACCOUNT, operators: [] })
  time.now += SESSION_MS - 1
  expect(restarted.session(id)).toMatchObject({ user: 'admin', csrf, role: 'operator' })
  for (const { digest } of store.list()) expect(restarted.session(digest)).toBeNull()
})

test.each<[string, AccountConfig['admin']]>([
  ['a new password', { user: 'admin', password: 'other' }],
  ['another name', { user: 'root', password: 'right' }],
])('a session does not outlive %s of its account', async (_name, changed) => {
  const { operators, start } = setUp()
  const { id } = opened(await operators.login('admin', 'right', 'a'))
  const restarted = start({ admin: changed, operators: [] })
  expect(restarted.session(id)).toBeNull()
  restarted.flush()
  expect(start({ admin: ACCOUNT, operators: [] }).session(id)).toBeNull()
})

/** A hash as a configuration holds it, at a cost that a busy machine pays in no time. */
function cheapHash(password: string): string {
  const salt = Buffer.from('salt of a test')
  const costs = { cost: 2, blockSize: 1, parallelization: 1 }
  return formatPasswordHash({ ...costs, salt, hash: scryptSync(password, salt, 32, costs) })
}

test('several accounts sign in, each with its role, and the role is that of today', async () => {
  const viewer = { user: 'eve', passwordHash: cheapHash('eves'), role: 'viewer' } as const
  const { operators, start } = setUp(ACCOUNT, [viewer])
  const { id, role } = opened(await operators.login('eve', 'eves', 'a'))
  expect(role).toBe('viewer')
  expect(opened(await operators.login('admin', 'right', 'a')).role).toBe('operator')
  for (const [user, password] of [
    ['eve', 'right'],
    ['admin', 'eves'],
    ['nobody', 'eves'],
  ] as const) {
    expect(await operators.login(user, password, user)).toMatchObject({ code: 'unauthorized' })
  }
  const promoted = start({ admin: ACCOUNT, operators: [{ ...viewer, role: 'operator' }] })
  expect(promoted.session(id)).toMatchObject({ role: 'operator' })
})

test('signing out everywhere ends all sessions of a user, also after a restart, and of nobody else', async () => {
  const eve = { user: 'eve', password: 'eves', role: 'viewer' } as const
  const { operators, start } = setUp(ACCOUNT, [eve])
  const mine = [await operators.login('admin', 'right', 'a'), await operators.login('admin', 'right', 'a')]
  const other = opened(await operators.login('eve', 'eves', 'a'))
  expect(operators.logoutEverywhere('admin')).toBe(2)
  const restarted = start({ admin: ACCOUNT, operators: [eve] })
  for (const each of [operators, restarted]) {
    for (const session of mine) expect(each.session(opened(session).id)).toBeNull()
    expect(each.isOpen(other.id)).toBe(true)
  }
})

test('with a broken disk operators still sign in and out; it is told once, and written when the disk is back', async () => {
  const { operators, store, faults, start } = setUp()
  const early = opened(await operators.login('admin', 'right', 'a'))
  store.isBroken = true
  operators.logout(early.id)
  const late = opened(await operators.login('admin', 'right', 'a'))
  expect(operators.session(early.id)).toBeNull()
  expect(operators.session(late.id)).not.toBeNull()
  expect(faults).toHaveLength(1)
  store.isBroken = false
  operators.flush()
  const restarted = start({ admin: ACCOUNT, operators: [] })
  expect(restarted.session(early.id)).toBeNull()
  expect(restarted.session(late.id)).not.toBeNull()
})

test('a user has a hundred sessions at most: one more ends the oldest', async () => {
  const { operators, store } = setUp()
  const sessions: OperatorSession[] = []
  for (let count = 0; count <= 100; count++) {
    sessions.push(opened(await operators.login('admin', 'right', 'a')))
  }
  expect(operators.session(sessions[0]!.id)).toBeNull()
  expect(operators.session(sessions[1]!.id)).not.toBeNull()
  expect(store.sessions.size).toBe(100)
})
