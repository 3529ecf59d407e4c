// Tokens signed with private keys (protocol §8): by PEM, from a JWKS, and everything that must not pass for one.

import { createHmac, generateKeyPairSync } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { createTokenReader } from '../../gateway/access/jwt.ts'
import type { JwtConfig } from '../../gateway/config/config.ts'
import { type Algorithm, makeKeyPair } from '../harness/key-pair.ts'
import type { Scope } from '../harness/scope.ts'
import { type Claims, signToken } from '../harness/token.ts'
import { startWebServer } from '../harness/web-server.ts'

const SECRET = 'the-secret-of-these-tests-0123456789'
const fail = (message: string): never => {
  throw new Error(message)
}
const reader = (config: Partial<JwtConfig>) =>
  createTokenReader({ requireExp: true, ...config }, Date.now, fail)
const scope: Scope = { onTestFinished: end => onTestFinished(async () => void (await end())) }
const ANN: Claims = { sub: 'ann' }
const UNAUTHORIZED = { code: 'unauthorized' }

const ALGORITHMS: Algorithm[] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
]

test.each(ALGORITHMS)('%s by PEM and by JWKS', async alg => {
  const pair = makeKeyPair(alg)
  const other = makeKeyPair(alg)
  const provider = await startWebServer(scope, () => ({
    body: { keys: [pair.jwk] },
  }))
  for (const config of [{ publicKey: pair.pem }, { jwksUrl: provider.url }]) {
    const read = reader(config)
    expect(await read(pair.token(ANN))).toMatchObject({ kind: 'client', user: 'ann' })
    expect(await read(other.token(ANN))).toMatchObject(UNAUTHORIZED)
    expect(await read(`${pair.token(ANN).slice(0, -8)}AAAAAAAA`)).toMatchObject(UNAUTHORIZED)
  }
})

test.each(['HS256', 'HS384', 'HS512'])('%s with the shared secret', async alg => {
  const hash = `sha${alg.slice(2)}`
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${encode({ alg })}.${encode({ sub: 'ann', exp: Date.now() / 1000 + 60 })}`
  const token = `${signed}.${createHmac(hash, SECRET).update(signed).digest('base64url')}`
  expect(await reader({ secret: SECRET })(token)).toMatchObject({ user: 'ann' })
})

test('the algorithm follows from the key: a public key is no secret, and no key signs for another kind', async () => {
  const [rsa, ec] = [makeKeyPair('RS256'), makeKeyPair('ES256')]
  const provider = await startWebServer(scope, () => ({
    body: { keys: [rsa.jwk, { kty: 'oct', k: Buffer.from(SECRET).toString('base64url'), kid: 'k1' }] },
  }))
  for (const config of [
    { publicKey: rsa.pem },
    { publicKey: rsa.pem, secret: SECRET },
    { jwksUrl: provider.url },
  ]) {
    const read = reader(config)
    for (const text of [rsa.pem, rsa.pem.trim(), JSON.stringify(rsa.jwk)]) {
      expect(await read(signToken(text, ANN))).toMatchObject(UNAUTHORIZED)
    }
    expect(await read(ec.token(ANN))).toMatchObject(UNAUTHORIZED)
    // Signed by the right key, labelled as another kind.
    for (const alg of ['ES256', 'PS256', 'HS256', 'none']) {
      expect(await read(rsa.token(ANN, { alg }))).toMatchObject(UNAUTHORIZED)
    }
    const [header, payload] = [{ alg: 'none' }, { ...ANN, exp: Date.now() / 1000 + 60 }].map(part =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    )
    expect(await read(`${header}.${payload}.`)).toMatchObject(UNAUTHORIZED)
    expect(await read(rsa.token(ANN, { crit: ['b64'], b64: false }))).toMatchObject(UNAUTHORIZED)
    // A key that the token brings along is nobody's.
    const foreign = makeKeyPair('RS256', 'k2')
    expect(await read(foreign.token(ANN, { jwk: foreign.jwk, jku: provider.url }))).toMatchObject(
      UNAUTHORIZED,
    )
  }
})

test('where public keys are configured, only a secret that is given too signs tokens', async () => {
  const pair = makeKeyPair('ES256')
  const token = signToken(SECRET, ANN)
  expect(await reader({ publicKey: pair.pem })(token)).toMatchObject({
    message: expect.stringContaining('accepts ES256'),
  })
  expect(await reader({ publicKey: pair.pem, secret: SECRET })(token)).toMatchObject({ user: 'ann' })
  // The way from a shared secret to a key: what is out goes on.
  expect(await reader({ publicKey: pair.pem, previousSecret: SECRET })(token)).toMatchObject({ user: 'ann' })
})

test('during a rotation two PEM keys stand one behind the other', async () => {
  const [fresh, old] = [makeKeyPair('ES256'), makeKeyPair('RS256')]
  const read = reader({ publicKey: `${fresh.pem}\n${old.pem}` })
  for (const pair of [fresh, old]) expect(await read(pair.token(ANN))).toMatchObject({ user: 'ann' })
})

test('an RSA key of 1024 bits in a JWKS signs nothing', async () => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
  const pair = makeKeyPair('RS256')
  const provider = await startWebServer(scope, () => ({
    body: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1' }] },
  }))
  expect(await reader({ jwksUrl: provider.url })(pair.token(ANN))).toMatchObject(UNAUTHORIZED)
})
