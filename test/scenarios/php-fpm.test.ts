// The session example and the PHP client under nginx and php-fpm, set up as docs/proxies.md says.

import { chmod, cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { call } from '../harness/call.ts'
import { freePort } from '../harness/free-port.ts'
import { startFront } from '../harness/front.ts'
import { adapt, blockOf } from '../harness/front-config.ts'
import { API_KEY, JWT_SECRET, makeFolder, startGateway, testConfig } from '../harness/gateway.ts'
import { startPhpFpm } from '../harness/php-fpm.ts'
import { PHP_CLIENT } from '../harness/php-script.ts'
import { type Scope, shared } from '../harness/scope.ts'
import { EXAMPLE } from '../harness/session-example.ts'
import { openSse } from '../harness/sse.ts'
import { openWebSocket } from '../harness/websocket.ts'

const HOOK_SECRET = 'the-secret-of-the-hook-of-this-test-0123456789'
const NARROW_KEY = 'a-narrow-key-of-the-php-client-0123456789'
const CHANNELS = [{ match: 'room:*', subscribe: 'user', presence: true }, { match: '*' }]

/** The example's pages, and the test of the client as a page: `?sender=` says how it sends. */
async function makePages(scope: Scope): Promise<string> {
  const root = await makeFolder(scope)
  await chmod(root, 0o755)
  await cp(join(EXAMPLE, 'public'), root, { recursive: true })
  await cp(PHP_CLIENT, join(root, 'client'), { recursive: true })
  const code = `<?php putenv("CONNECTION={$_GET['connection']}"); $argv = ['', $_GET['sender']];
    require 'client/tests/calls.php';`
  await writeFile(join(root, 'calls.php'), code)
  return root
}

async function start(scope: Scope) {
  const [httpsPort, httpPort, hookPort] = [await freePort(), await freePort(), await freePort()]
  const { auth } = parse(adapt(blockOf('twinwire-hook'), { '127.0.0.1:8000': `127.0.0.1:${hookPort}` }))
  const address = { 'https://example.org/': `https://localhost:${httpsPort}/` }
  const narrow = { name: 'narrow', key: NARROW_KEY, publish: ['allowed:*'] }
  const gateway = await startGateway(scope, {
    config: {
      ...parse(adapt(blockOf('twinwire'), address)),
      auth: { jwt: { secret: JWT_SECRET }, hook: { ...auth.hook, secret: HOOK_SECRET, timeout: '30s' } },
      apiKeys: [...(testConfig().apiKeys as object[]), narrow],
      channels: CHANNELS,
    },
  })
  const url = `http://localhost:${httpPort}`
  const env = { TWINWIRE_URL: `${url}/realtime`, TWINWIRE_API_KEY: API_KEY, NARROW_KEY }
  const fpm = await startPhpFpm(scope, { env, hookSecret: HOOK_SECRET })
  const php = { ...fpm, hookPort, root: await makePages(scope) }
  const front = await startFront(scope, 'nginx', { httpsPort, httpPort, gatewayPort: gateway.port, php })
  return { gateway, front, url, origin: new URL(front.secureUrl).origin }
}

const place = shared(start)

test('[W4] a PHP session decides through nginx and php-fpm', async t => {
  const { front, url, origin } = place()
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
  const signIn = await call(`${url}/`, 'POST', { body: 'user=Ada', headers: form })
  expect(signIn.status).toBe(303)
  const Cookie = signIn.headers.getSetCookie().at(-1)!.split(';', 1)[0]!
  const page = await call(`${url}/`, 'GET', { headers: { Cookie } })
  expect(page.text).toContain(`const gateway = ${JSON.stringify(front.url).replaceAll('/', '\\/')}`)
  const headers = { Cookie, Origin: origin }
  const streams = [
    await openSse(t, front.url, { channels: 'orders:ada', headers }),
    await openWebSocket(t, front.url, { channels: 'orders:ada', headers }),
  ]
  for (const stream of streams) {
    expect((await stream.next('welcome')).user).toBe('ada')
    await stream.next('live')
  }
  const body = { channel: 'orders:ada', data: { state: 'ordered' } }
  expect((await call(`${front.url}/api/publish`, 'POST', { headers, body })).status).toBe(200)
  for (const stream of streams) expect(await stream.next('message')).toMatchObject({ user: 'ada' })
  expect((await openSse(t, front.url, { channels: 'orders:bob', headers })).status).toBe(403)
  expect((await openSse(t, front.url, { channels: 'orders:ada', headers: { Origin: origin } })).status).toBe(
    401,
  )
  expect((await call(`${url}/hook.php`, 'POST', { body: {} })).status).toBe(404)
})

test('[H1] [H2] [H3] [P4] every call of the PHP client, from a page', async t => {
  const { gateway, front, url } = place()
  const token = gateway.jwt({ sub: 'ada', info: { name: 'Ada' } })
  const first = await openWebSocket(t, front.url, { token, channels: 'room:1' })
  const second = await openSse(t, front.url, { token, channels: 'room:1' })
  await second.next('live')
  const { connection } = await first.next('welcome')
  const { text } = await call(`${url}/calls.php?sender=curl&connection=${connection}`, 'GET')
  expect(text).toBe('done\n')
  expect(await first.ended).toMatchObject({ closeCode: 4410 })
})
