// The PHP client over HTTP against the real gateway, by each of its three ways to send a request.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { poll } from '../harness/deadline.ts'
import { API_KEY, JWT_SECRET, makeFolder, startGateway, testConfig } from '../harness/gateway.ts'
import { PHP_CLIENT, runPhp, runPhpTest } from '../harness/php-script.ts'
import { openSse } from '../harness/sse.ts'
import { startWebServer } from '../harness/web-server.ts'
import { openWebSocket } from '../harness/websocket.ts'

const KEYS = { TWINWIRE_API_KEY: API_KEY, NARROW_KEY: 'a-narrow-key-of-the-php-client-0123456789' }

describe.each(['curl', 'stream', 'psr18'])('by %s', sender => {
  test('[H1] [H2] [H3] [P4] every call does what it says, and refusals are typed', async t => {
    const narrow = { name: 'narrow', key: KEYS.NARROW_KEY, publish: ['allowed:*'] }
    const apiKeys = [...(testConfig().apiKeys as object[]), narrow]
    const channels = [{ match: 'room:*', subscribe: 'user', presence: true }, { match: '*' }]
    const gateway = await startGateway(t, { config: { apiKeys, channels } })
    const token = gateway.jwt({ sub: 'ada', info: { name: 'Ada' } })
    const first = await openWebSocket(t, gateway.url, { token, channels: 'room:1' })
    const second = await openSse(t, gateway.url, { token, channels: 'room:1' })
    await second.next('live')
    const CONNECTION = (await first.next('welcome')).connection!
    const script = runPhpTest(t, 'calls', [sender], gateway, { ...KEYS, CONNECTION })
    expect(await script.rest()).toEqual(['done'])
    expect(await first.ended).toMatchObject({ closeCode: 4410 })
    expect(await second.next('goodbye')).toMatchObject({ code: 'kicked' })
  })
})

describe.each(['curl', 'stream'])('by %s, with connections that are kept', sender => {
  test('[H2] the gateway dies between two calls and comes back', async t => {
    const gateway = await startGateway(t)
    const script = runPhpTest(t, 'outage', [sender], gateway, KEYS)
    expect(await script.line()).toBe('kill')
    await gateway.kill('SIGKILL')
    script.say('')
    expect(await script.line()).toBe('restart')
    await gateway.restart()
    script.say('')
    expect(await script.line()).toBe('kill and restart')
    await gateway.kill('SIGKILL')
    await gateway.restart()
    script.say('')
    expect(await script.rest()).toEqual(['done'])
  })
})

test('a call begun while the gateway is away succeeds when it is back in time', async t => {
  const gateway = await startGateway(t)
  await gateway.kill('SIGKILL')
  // More time than the usual three seconds: this is about coming back, not about how fast a busy machine starts.
  const folder = await makeFolder(t)
  const file = join(folder, 'patient.php')
  writeFileSync(
    file,
    `<?php require '${PHP_CLIENT}/twinwire.php';
    $client = new Twinwire\\Client(getenv('TWINWIRE_URL'), getenv('TWINWIRE_API_KEY'), totalSeconds: 15.0);
    echo "begun\\n"; echo $client->publish('a', 1)->subscribers, "\\n";`,
  )
  const script = runPhp(t, file, [], { TWINWIRE_URL: gateway.url, ...KEYS })
  expect(await script.line()).toBe('begun')
  await gateway.restart()
  expect(await script.rest()).toEqual(['0'])
})

test('[W4] tokens made by PHP are taken, with everything they say', async t => {
  const jwt = { secret: JWT_SECRET, issuer: 'shop', audience: 'live' }
  const gateway = await startGateway(t, { config: { auth: { jwt } } })
  const file = join(await makeFolder(t), 'mint.php')
  writeFileSync(
    file,
    `<?php require '${PHP_CLIENT}/twinwire.php';
    $tokens = new Twinwire\\Tokens(getenv('SECRET'), 'shop', 'live');
    echo $tokens->mint('ann', ['orders:*'], ['chat:1'], ['name' => 'Ann']), "\\n";
    echo $tokens->mint('ann', info: []), "\\n", $tokens->mint(null, ['orders:1']), "\\n";
    echo $tokens->mint('ann', lifeSeconds: -60), "\\n";`,
  )
  const script = runPhp(t, file, [], { SECRET: JWT_SECRET })
  const [full, empty, anonymous, expired] = await script.rest()
  const subscriber = await openWebSocket(t, gateway.url, { token: full!, channels: ['orders:1', 'secret'] })
  expect((await subscriber.next('welcome')).user).toBe('ann')
  expect(await subscriber.next('failure')).toMatchObject({ channel: 'secret', code: 'forbidden' })
  const body = { channel: 'chat:1', data: 1 }
  expect((await gateway.api('POST', '/api/publish', { key: full!, body })).status).toBe(200)
  expect((await openSse(t, gateway.url, { token: empty! })).status).toBe(200)
  const nobody = await openWebSocket(t, gateway.url, { token: anonymous!, channels: 'orders:1' })
  expect(await nobody.next('welcome')).not.toHaveProperty('user')
  const late = await openWebSocket(t, gateway.url, { token: expired!, channels: 'orders:1' })
  expect(await late.ended).toMatchObject({ closeCode: 4401 })
})

test("the gateway's signature passes, and another's does not", async t => {
  const application = await startWebServer(t, () => ({ body: { user: 'ann' } }))
  const hook = { url: application.url, secret: 'the-secret-of-the-hook-of-this-test-0123456789' }
  const gateway = await startGateway(t, { config: { auth: { jwt: { secret: JWT_SECRET }, hook } } })
  await openSse(t, gateway.url, { channels: 'orders:1', headers: { Cookie: 'PHPSESSID=grüße' } })
  await poll(async () => application.received[0] ?? null, 'a question of the hook')
  const { body, headers } = application.received[0]!
  const file = join(await makeFolder(t), 'verify.php')
  writeFileSync(
    file,
    `<?php require '${PHP_CLIENT}/twinwire.php';
    foreach ([getenv('SECRET'), 'another'] as $secret) {
      try {
        $request = Twinwire\\HookRequest::from(getenv('BODY'), getenv('SIGNATURE'), $secret);
        echo json_encode([$request->channels, $request->transport, array_keys($request->headers)]), "\\n";
      } catch (Twinwire\\Failure\\BadSignature $bad) { echo "bad\\n"; }
    }`,
  )
  const SIGNATURE = String(headers['twinwire-signature'])
  const script = runPhp(t, file, [], { SECRET: hook.secret, BODY: body, SIGNATURE })
  expect(await script.rest()).toEqual(['[["orders:1"],"sse",["cookie"]]', 'bad'])
})

test('what needs no gateway: signatures, the fake, frames, back-off', async t => {
  const script = runPhpTest(t, 'offline', [], { url: 'http://127.0.0.1:1' })
  expect(await script.rest()).toEqual(['done'])
})

test('every file is valid PHP, begins with what it is for, and stays short', async t => {
  const script = runPhpTest(t, 'syntax', [], { url: 'http://127.0.0.1:1' })
  expect(await script.rest()).toEqual(['done'])
})
