// API keys: found by their whole text, made within the rights of their maker, revoked for good, by whatever process.

import { createHash } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import { ApiKeys, type KeyFailure, type KeyMaker } from '../../gateway/access/api-keys.ts'
import type { KeyView } from '../../gateway/access/held-key.ts'
import type { ApiKeyConfig } from '../../gateway/config/config.ts'
import type { Identity } from '../../gateway/core/identity.ts'
import type { KeyScope } from '../../gateway/core/key-store.ts'
import { openTestRecords, type TestRecords } from './records-folder.ts'

const CONFIGURED: ApiKeyConfig[] = [
  { name: 'all', key: 'all-key', publish: ['*'], read: true, admin: false },
  { name: 'boss', key: 'boss-key', publish: ['orders:*', 'news'], read: false, admin: true },
  { name: 'slow', key: 'slow-key', publish: ['*'], read: false, admin: true, publishPerSecond: 10 },
]

const OPERATOR: KeyMaker = {
  actor: { kind: 'operator', name: 'admin', address: '192.0.2.1' },
  identity: { kind: 'operator', user: 'admin', session: 's', role: 'operator' },
}

function setUp(records: TestRecords = openTestRecords()) {
  const time = { now: 1_000_000 }
  const faults: unknown[] = []
  let revocations = 0
  const keys = new ApiKeys({
    configured: CONFIGURED,
    store: records.keys,
    clock: () => time.now,
    onRevoked: () => revocations++,
    onFault: error => faults.push(error),
  })
  return { keys, records, time, faults, revocations: () => revocations }
}

const scope = (name: string, more: Partial<KeyScope> = {}): KeyScope => ({
  name,
  publish: [],
  read: false,
  admin: false,
  ...more,
})

function made(result: { key: string; view: KeyView } | KeyFailure) {
  if ('code' in result) throw new Error(result.message)
  return result
}

test('keys are found by their whole text only', () => {
  const { keys } = setUp()
  const { key } = made(keys.create(scope('shop', { read: true }), OPERATOR))
  expect(keys.identify('all-key')).toMatchObject({ kind: 'key', name: 'all', read: true, admin: false })
  expect(keys.identify(key)).toMatchObject({ kind: 'key', name: 'shop', read: true, admin: false })
  const near = ['all-ke', 'all-key ', '', 'ALL-KEY', key.slice(0, -1), `${key}0`, key.toUpperCase(), 'tw_']
  expect(near.map(keys.identify)).toEqual(near.map(() => null))
})

test('what is looked up is nothing that a guess could steer: no key, no digest, another in every process', () => {
  const lookUps = (bearer: string) => {
    const { keys } = setUp()
    const spies = [vi.spyOn(Map.prototype, 'has'), vi.spyOn(Map.prototype, 'get')]
    keys.identify(bearer)
    const asked = spies.flatMap(spy => spy.mock.calls.map(([key]) => String(key)))
    for (const spy of spies) spy.mockRestore()
    return asked
  }
  for (const bearer of ['all-key', 'all-kex', 'x']) {
    const [one, other] = [lookUps(bearer), lookUps(bearer)]
    expect(one).not.toEqual([])
    expect(one.filter(text => other.includes(text))).toEqual([])
    const digest = createHash('sha256').update(bearer).digest()
    for (const told of [bearer, digest.toString('hex'), digest.toString('base64')]) {
      expect(one).not.toContain(told)
    }
  }
})

test('a key has 256 random bits, and only its hash is kept', () => {
  const { keys, records } = setUp()
  const [one, other] = [
    made(keys.create(scope('a', { read: true }), OPERATOR)),
    made(keys.create(scope('b', { read: true }), OPERATOR)),
  ]
  expect(one.key).toMatch(/^tw_[0-9a-f]{64}$/)
  expect(one.key).not.toBe(other.key)
  const kept = JSON.stringify([records.keys.list(), keys.list(), records.audit.read({ limit: 10 })])
  expect(kept).not.toContain(one.key.slice(3))
})

test('a key made survives a restart with its scope, and its last use with it', () => {
  const { keys, records, time } = setUp()
  const more = { publish: ['orders:*', '@*'], read: true, publishPerSecond: 5 }
  const { key } = made(keys.create(scope('shop', more), OPERATOR))
  time.now += 5000
  keys.identify(key)
  keys.identify('all-key')
  keys.flush()
  const restarted = setUp(records).keys
  const view = restarted.list().find(each => each.name === 'shop')
  expect(view).toEqual({
    ...scope('shop', more),
    origin: 'records',
    created: 1_000_000,
    createdBy: 'admin',
    lastUsed: 1_005_000,
  })
  expect(restarted.list().find(each => each.name === 'all')).toMatchObject({ lastUsed: 1_005_000 })
  const identity = restarted.identify(key) as Extract<Identity, { kind: 'key' }>
  expect(['orders:1', '@ann', 'news', '$stats'].map(identity.publish)).toEqual([true, true, false, false])
  expect(identity.publishRate?.perSecond).toBe(5)
})

test('a revoked key is none at once, its identity has ended, and its name is free for another', () => {
  const { keys, records, revocations } = setUp()
  const { key } = made(keys.create(scope('shop', { read: true }), OPERATOR))
  const identity = keys.identify(key) as Extract<Identity, { kind: 'key' }>
  keys.flush()
  expect(identity.hasEnded?.()).toBe(false)
  expect(keys.revoke('shop', OPERATOR)).toBeNull()
  expect([identity.hasEnded?.(), keys.identify(key), revocations()]).toEqual([true, null, 1])
  expect(keys.revoke('shop', OPERATOR)).toMatchObject({ code: 'not_found' })
  made(keys.create(scope('shop', { read: true }), OPERATOR))
  const restarted = setUp(records).keys
  expect(restarted.identify(key)).toBeNull()
  expect(restarted.list().find(each => each.name === 'shop')).not.toHaveProperty('lastUsed')
})

test('another process makes and revokes keys: made ones are known at once, revoked ones at the next look', () => {
  const { keys, records, revocations } = setUp()
  const other = setUp(openTestRecords({ dataDir: records.dataDir })).keys
  const { key } = made(other.create(scope('shop', { read: true }), OPERATOR))
  const identity = keys.identify(key) as Extract<Identity, { kind: 'key' }>
  expect(identity).toMatchObject({ name: 'shop' })
  other.revoke('shop', OPERATOR)
  const again = made(other.create(scope('shop', { read: true }), OPERATOR))
  keys.refresh()
  expect([keys.identify(key), identity.hasEnded?.(), revocations()]).toEqual([null, true, 1])
  expect(keys.identify(again.key)).toMatchObject({ name: 'shop' })
})

test('a look at a store that has not changed keeps identities, and with them their rates', () => {
  const { keys, records } = setUp()
  const { key } = made(keys.create(scope('a', { publish: ['*'], publishPerSecond: 1 }), OPERATOR))
  const identity = keys.identify(key)
  made(setUp(openTestRecords({ dataDir: records.dataDir })).keys.create(scope('b', { read: true }), OPERATOR))
  keys.refresh()
  expect(keys.list()).toHaveLength(CONFIGURED.length + 2)
  expect(keys.identify(key)).toBe(identity)
})

test('keys of the configuration stand there and nowhere else', () => {
  const { keys } = setUp()
  expect(keys.revoke('all', OPERATOR)).toEqual({
    code: 'bad_request',
    status: 409,
    message: expect.stringContaining("stands in the gateway's configuration"),
  })
  expect(keys.create(scope('all', { read: true }), OPERATOR)).toMatchObject({ status: 409 })
  expect(keys.identify('all-key')).not.toBeNull()
})

test.each<[string, KeyScope]>([
  ['a name with a space', scope('a b', { read: true })],
  ['an empty name', scope('', { read: true })],
  ['a long name', scope('x'.repeat(65), { read: true })],
  ['a pattern that is none', scope('a', { publish: ['a b'] })],
  ["the gateway's own channels", scope('a', { publish: ['$stats'] })],
  ['nothing to do', scope('a')],
  ['a rate of nothing', scope('a', { publish: ['*'], publishPerSecond: 0 })],
  ['half a message', scope('a', { publish: ['*'], publishPerSecond: 1.5 })],
])('a key with %s is refused', (_name, wrong) => {
  expect(setUp().keys.create(wrong, OPERATOR)).toMatchObject({ code: 'bad_request' })
})

const may: [by: string, publish: string[], rate: number | undefined, allowed: boolean][] = [
  ['boss-key', ['orders:*'], undefined, true],
  ['boss-key', ['orders:1', 'orders:*:paid', 'news'], undefined, true],
  ['boss-key', [], undefined, true],
  ['boss-key', ['*'], undefined, false],
  ['boss-key', ['orders*'], undefined, false],
  ['boss-key', ['*orders:1'], undefined, false],
  ['boss-key', ['news*'], undefined, false],
  ['boss-key', ['orders:1', '@ann'], undefined, false],
  ['slow-key', ['*', '@*'], 10, true],
  ['slow-key', ['*'], 11, false],
  ['slow-key', ['*'], undefined, false],
]
test.each(may)('%s making a key for %j at %j a second: %j', (by, publish, publishPerSecond, allowed) => {
  const { keys } = setUp()
  const maker: KeyMaker = { actor: { kind: 'key', name: by }, identity: keys.identify(by) }
  const result = keys.create(scope('child', { publish, read: true, admin: true, publishPerSecond }), maker)
  if (allowed) expect(made(result).view).toMatchObject({ name: 'child', createdBy: by })
  else expect(result).toMatchObject({ code: 'forbidden' })
})

test('what cannot be recorded is not done, is told once, and works again later', () => {
  const { keys, records, faults, revocations } = setUp()
  const { key } = made(keys.create(scope('shop', { read: true }), OPERATOR))
  const blocker = openTestRecords({ dataDir: records.dataDir })
  const release = blocker.hold()
  expect(keys.create(scope('other', { read: true }), OPERATOR)).toMatchObject({ code: 'unavailable' })
  expect(keys.revoke('shop', OPERATOR)).toMatchObject({ code: 'unavailable' })
  keys.identify(key)
  keys.flush()
  expect([faults.length, revocations(), keys.list().length]).toEqual([1, 0, CONFIGURED.length + 1])
  release()
  expect(keys.revoke('shop', OPERATOR)).toBeNull()
})

test('a key and the record of it are kept together or not at all', () => {
  const { keys, records } = setUp()
  records.breakAudit()
  expect(keys.create(scope('shop', { read: true }), OPERATOR)).toMatchObject({ code: 'unavailable' })
  expect(records.keys.list()).toEqual([])
})

test('a revocation by another process is not lost when the store cannot be read at that moment', () => {
  const records = openTestRecords()
  const { keys, faults, revocations } = setUp(records)
  const { key } = made(keys.create(scope('shop', { read: true }), OPERATOR))
  setUp(openTestRecords({ dataDir: records.dataDir })).keys.revoke('shop', OPERATOR)
  const failing = vi.spyOn(records.keys, 'list').mockImplementationOnce(() => {
    throw new Error('disk I/O error')
  })
  keys.refresh()
  expect([faults.length, failing.mock.calls.length]).toEqual([1, 1])
  keys.refresh()
  expect([keys.identify(key), revocations()]).toEqual([null, 1])
})
