// Tokens signed with private keys (protocol §8) at a real gateway: from a PEM file and from an identity provider.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { poll } from '../harness/deadline.ts'
import { makeFolder, run, startGateway, testConfig, untilEnd } from '../harness/gateway.ts'
import { makeKeyPair } from '../harness/key-pair.ts'
import { transports } from '../harness/transports.ts'
import { startWebServer } from '../harness/web-server.ts'
import { openWebSocket } from '../harness/websocket.ts'

describe.each(transports)('over $name', ({ name, open }) => {
  const refusedForGood = name === 'SSE' ? { status: 401 } : { closeCode: 4401 }

  test('[W4] a key of the provider, a new one, none while it is down, and its return', async t => {
    const [old, fresh] = [makeKeyPair('RS256', 'old'), makeKeyPair('EdDSA', 'fresh')]
    let keys = [old.jwk]
    let isUp = false
    const provider = await startWebServer(t, () => (isUp ? { body: { keys } } : { status: 503 }))
    const gateway = await startGateway(t, { config: { auth: { jwt: { jwksUrl: `${provider.url}/jwks` } } } })
    const connect = (token: string) => open(t, gateway.url, { token, channels: 'public:1' })

    const early = await connect(old.token({ sub: 'ann' }))
    expect(await early.next('goodbye')).toMatchObject({ code: 'unavailable', reconnect: true })
    await early.ended
    await poll(async () => gateway.stderr.match('auth.jwt.jwksUrl'), 'the complaint')
    isUp = true
    await expect
      .poll(async () => (await (await connect(old.token({ sub: 'ann' }))).next(() => true)).type)
      .toBe('welcome')
    keys = [fresh.jwk, old.jwk]
    const subscriber = await connect(fresh.token({ sub: 'bob' }))
    expect(await subscriber.next('welcome')).toMatchObject({ user: 'bob' })
    isUp = false
    expect(await (await connect(old.token({ sub: 'ann' }))).next('welcome')).toMatchObject({ user: 'ann' })
    const stranger = makeKeyPair('RS256', 'old')
    expect(await (await connect(stranger.token({ sub: 'ann' }))).ended).toMatchObject(refusedForGood)
    // No secret is generated where keys are configured: what once signed with one signs no more.
    expect(await (await connect(gateway.jwt({ sub: 'ann' }))).ended).toMatchObject(refusedForGood)
  })
})

test('[W3] a public key from a file; `auth` refreshes with a token of it', async t => {
  const pair = makeKeyPair('ES256')
  const folder = await makeFolder(t)
  const file = join(folder, 'public.pem')
  await writeFile(file, pair.pem)
  const gateway = await startGateway(t, { config: { auth: { jwt: { publicKey: file } } } })
  const exp = Date.now() / 1000 + 30
  const socket = await openWebSocket(t, gateway.url, { token: pair.token({ sub: 'ann', exp }) })
  await socket.next('expiring')
  const answer = await socket.ask({ type: 'auth', token: pair.token({ sub: 'ann', subscribe: ['a'] }) })
  expect(answer).toMatchObject({ type: 'authenticated', user: 'ann' })
  expect(await socket.ask({ type: 'subscribe', channel: 'a' })).toMatchObject({ type: 'subscribed' })
})

test.for<[string, string, RegExp]>([
  [
    'a private key',
    makeKeyPair('ES256').privatePem,
    /auth\.jwt\.publicKey: this is a private key; give the public one/,
  ],
  [
    'a file that is not there',
    'missing.pem',
    /auth\.jwt\.publicKey: the file missing\.pem cannot be read \(ENOENT\)/,
  ],
  [
    'no key',
    '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----',
    /cannot be read; write a public key/,
  ],
])('%s as public key stops the start', async ([_name, publicKey, message], t) => {
  const folder = await makeFolder(t, testConfig({ auth: { jwt: { publicKey } } }))
  const started = run(folder)
  expect(await untilEnd(started)).toEqual({ code: 78, signal: null })
  expect(started.stderr).toMatch(message)
  expect(started.stderr).not.toContain(publicKey.split('\n')[1] ?? 'PRIVATE')
})
