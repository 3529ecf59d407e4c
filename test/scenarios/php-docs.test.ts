// The code of docs/php.md and of the client's README, run as it stands there.

import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { poll } from '../harness/deadline.ts'
import { freePort } from '../harness/free-port.ts'
import { API_KEY, JWT_SECRET, startGateway } from '../harness/gateway.ts'
import { runPhp } from '../harness/php-script.ts'
import { openSse } from '../harness/sse.ts'

const ROOT = join(import.meta.dirname, '../..')
const page = readFileSync(join(ROOT, 'docs/php.md'), 'utf8')
const readme = readFileSync(join(ROOT, 'clients/php/README.md'), 'utf8')
const SECRET = 'the-secret-of-the-hook-of-this-test-0123456789'

const snippets = new Map(
  [...page.matchAll(/<!-- run: (\w+) -->\n```php\n(.*?)^```$/gms)].map(([, name, code]) => [name!, code!]),
)
/** The code as it runs here: from this folder, against this gateway. */
const here = (code: string, port: number) =>
  code.replaceAll("'clients/php/", `'${ROOT}/clients/php/`).replaceAll('127.0.0.1:8080', `127.0.0.1:${port}`)

test('[H1] the code of docs/php.md does what the page says', async t => {
  const gateway = await startGateway(t)
  const names = ['publish', 'more', 'failure', 'read', 'token', 'listen', 'fake']
  expect([...snippets.keys()].filter(name => name !== 'hook')).toEqual(names)
  // `use` stands at the top of a file; the page shows it where it is needed.
  const code = names.map(name => snippets.get(name)!)
  const uses = code.flatMap(text => text.match(/^use .*;$/gm) ?? [])
  const body = code.map(text => text.replaceAll(/^use .*;$/gm, '')).join('\n')
  const file = join(gateway.folder, 'page.php')
  writeFileSync(file, `<?php ${uses.join(' ')}\n${here(body, gateway.port)}\necho "token $token\\n";`)
  const env = { TWINWIRE_API_KEY: API_KEY, TWINWIRE_JWT_SECRET: JWT_SECRET }
  const lines = await runPhp(t, file, [], env).rest()
  const states = ['paid', 'packed', 'sent'].map(state => JSON.stringify({ state }))
  expect(lines.slice(0, 3).map(line => line.split(' ')[1])).toEqual(states)
  expect(lines.slice(3, 6)).toEqual(states.map(state => `orders:42: ${state}`))
  const token = lines.at(-1)!.replace('token ', '')
  const stream = await openSse(t, gateway.url, { token, channels: 'orders:42' })
  expect((await stream.next('welcome')).user).toBe('ada')
  const stored = await gateway.api('GET', '/api/channels/@ada/messages')
  expect(stored.json.messages).toMatchObject([{ data: 'Your order is on its way' }])
  expect((await gateway.api('GET', '/api/channels/log/messages')).json.messages).toHaveLength(3)
})

test('the five lines of the README', async t => {
  const gateway = await startGateway(t)
  const code = /```php\n(.*?)^```$/ms.exec(readme)![1]!
  const file = join(gateway.folder, 'readme.php')
  writeFileSync(file, `<?php\n${here(code, gateway.port)}`)
  expect(await runPhp(t, file, [], { TWINWIRE_API_KEY: API_KEY }).rest()).toEqual([])
  const { json } = await gateway.api('GET', '/api/channels/orders:42/messages')
  expect(json.messages).toMatchObject([{ data: { state: 'paid' } }])
})

test("[W4] the hook of docs/php.md answers the gateway, and nobody else's signature", async t => {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/hook.php`
  const gateway = await startGateway(t, {
    config: { auth: { jwt: { secret: JWT_SECRET }, hook: { url, secret: SECRET } } },
  })
  writeFileSync(join(gateway.folder, 'hook.php'), here(snippets.get('hook')!, gateway.port))
  writeFileSync(join(gateway.folder, 'in.php'), "<?php session_start(); $_SESSION['user'] = 'ada';")
  const server = spawn('php', ['-S', `127.0.0.1:${port}`, '-t', gateway.folder], {
    env: { ...process.env, TWINWIRE_HOOK_SECRET: SECRET },
    stdio: 'ignore',
  })
  t.onTestFinished(() => void server.kill('SIGKILL'))
  const signIn = async () => (await fetch(url.replace('hook', 'in')).catch(() => null)) ?? null
  const answer = await poll(signIn, "PHP's own server", 20_000)
  const Cookie = answer.headers.getSetCookie()[0]!.split(';', 1)[0]!
  const stream = await openSse(t, gateway.url, { channels: 'orders:ada', headers: { Cookie } })
  expect((await stream.next('welcome')).user).toBe('ada')
  expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(500)
})
