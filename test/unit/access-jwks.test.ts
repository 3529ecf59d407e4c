// The keys of an identity provider: kept, refreshed, rotated, and what happens while they cannot be had (protocol §8).

import { expect, onTestFinished, test } from 'vitest'
import { createTokenReader } from '../../gateway/access/jwt.ts'
import { makeKeyPair } from '../harness/key-pair.ts'
import type { Scope } from '../harness/scope.ts'
import { type Reply, startWebServer } from '../harness/web-server.ts'

const scope: Scope = { onTestFinished: end => onTestFinished(async () => void (await end())) }
const ANN = { sub: 'ann', exp: 4_000_000_000 }
const MINUTE_MS = 60_000

async function start(answer: () => Reply | Promise<Reply>) {
  const provider = await startWebServer(scope, answer)
  const warnings: string[] = []
  const time = { now: Date.now() }
  const read = createTokenReader(
    { jwksUrl: `${provider.url}/keys?tenant=1`, requireExp: true },
    () => time.now,
    message => warnings.push(message),
  )
  return { provider, warnings, time, read }
}

test('the keys are fetched once, however many come, and again after ten minutes behind their back', async () => {
  const pair = makeKeyPair('ES256')
  const { provider, time, read } = await start(() => ({ body: { keys: [pair.jwk] } }))
  const token = pair.token(ANN)
  const first = await Promise.all(Array.from({ length: 20 }, () => read(token)))
  for (const identity of first) expect(identity).toMatchObject({ user: 'ann' })
  expect(provider.received.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /keys?tenant=1'])
  time.now += 9 * MINUTE_MS
  await read(token)
  expect(provider.received).toHaveLength(1)
  time.now += 2 * MINUTE_MS
  await read(token)
  await expect.poll(() => provider.received.length).toBe(2)
})

test('a new key is found when a token names it; unknown ids do not become a flood', async () => {
  const [old, fresh] = [makeKeyPair('ES256', 'old'), makeKeyPair('ES256', 'fresh')]
  let keys = [old.jwk]
  const { provider, time, read } = await start(() => ({ body: { keys } }))
  expect(await read(old.token(ANN))).toMatchObject({ user: 'ann' })
  keys = [old.jwk, fresh.jwk]
  expect(await read(fresh.token(ANN))).toMatchObject({ user: 'ann' })
  expect(provider.received).toHaveLength(2)
  const unknown = Array.from({ length: 50 }, (_, index) => makeToken(`unknown-${index}`))
  const outcomes = await Promise.all(unknown.map(token => read(token)))
  expect(new Set(outcomes.map(outcome => ('code' in outcome ? outcome.code : 'none')))).not.toContain('none')
  expect(provider.received).toHaveLength(3)
  // What the last look did not find is refused for good, at once.
  expect(await read(unknown[0]!)).toMatchObject({ code: 'unauthorized' })
  expect(provider.received).toHaveLength(3)
  for (let index = 0; index < 20; index += 1) await read(makeToken(`one-by-one-${index}`))
  expect(provider.received).toHaveLength(7)
  // What could not be looked for is not refused for good.
  expect(await read(makeToken('another'))).toMatchObject({ code: 'unavailable' })
  time.now += MINUTE_MS
  expect(await read(makeToken('another'))).toMatchObject({ code: 'unauthorized' })
  expect(provider.received).toHaveLength(8)
})

const stranger = makeKeyPair('ES256')
const makeToken = (kid: string) => stranger.token(ANN, { kid })

test('a key that was taken back is not accepted after a refresh', async () => {
  const pair = makeKeyPair('ES256')
  let keys = [pair.jwk]
  const { provider, time, read } = await start(() => ({ body: { keys } }))
  expect(await read(pair.token(ANN))).toMatchObject({ user: 'ann' })
  keys = [makeKeyPair('ES256', 'k2').jwk]
  time.now += 11 * MINUTE_MS
  await read(pair.token(ANN))
  await expect.poll(() => provider.received.length).toBe(2)
  await expect.poll(() => read(pair.token(ANN))).toMatchObject({ code: 'unauthorized' })
})

test('the good keys outlive a provider that is down, and the log says so', async () => {
  const pair = makeKeyPair('ES256')
  const { provider, warnings, time, read } = await start(() => ({ body: { keys: [pair.jwk] } }))
  expect(await read(pair.token(ANN))).toMatchObject({ user: 'ann' })
  await provider.stop()
  for (let minute = 0; minute < 60; minute += 15) {
    time.now += 15 * MINUTE_MS
    expect(await read(pair.token(ANN))).toMatchObject({ user: 'ann' })
  }
  await expect.poll(() => warnings.length).toBeGreaterThan(0)
  expect(warnings[0]).toMatch(
    /auth\.jwt\.jwksUrl: .*\((ECONNREFUSED|UND_ERR_SOCKET)\); the keys from before go on/,
  )
})

test.each<[string, () => Reply]>([
  ['an error', () => ({ status: 500 })],
  ['a redirect', () => ({ status: 302, headers: { location: '/elsewhere' } })],
  ['no JSON', () => ({ body: '<html>' })],
  ['no keys', () => ({ body: { jwks: [] } })],
  ['an endless answer', () => ({ body: `{"keys":[],"x":"${'x'.repeat(1024 * 1024)}"}` })],
])('[S5] a provider that gives %s makes tokens wait, not fail for good', async (_name, broken) => {
  const pair = makeKeyPair('ES256')
  let answer = broken
  const { provider, warnings, time, read } = await start(() => answer())
  const failure = await read(pair.token(ANN))
  expect(failure).toMatchObject({ code: 'unavailable', message: expect.stringMatching(/try again/) })
  expect(warnings).toHaveLength(1)
  // Nobody hammers on a door that stays shut.
  await Promise.all(Array.from({ length: 20 }, () => read(pair.token(ANN))))
  expect(provider.received).toHaveLength(1)
  answer = () => ({ body: { keys: [pair.jwk] } })
  time.now += 1001
  expect(await read(pair.token(ANN))).toMatchObject({ user: 'ann' })
})
