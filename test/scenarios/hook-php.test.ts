// The PHP session example, started by the commands of its README: a form, a session, a private channel, and no token.

import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { call } from '../harness/call.ts'
import { poll } from '../harness/deadline.ts'
import { ENTRY, makeFolder } from '../harness/gateway.ts'
import type { Scope } from '../harness/scope.ts'
import { openSse } from '../harness/sse.ts'

const ROOT = join(import.meta.dirname, '../..')
const EXAMPLE = join(ROOT, 'examples/php/session-auth')
const readme = readFileSync(join(EXAMPLE, 'README.md'), 'utf8')

interface Place {
  readonly folder: string
  readonly page: string
  readonly gateway: string
}

/** The code block behind `<!-- run: NAME -->`, with the addresses and files of this test. */
function commands(name: string, { folder, page, gateway }: Place): string {
  const block = new RegExp(`<!-- run: ${name} -->\\n\`\`\`sh\\n(.*?)^\`\`\`$`, 'ms').exec(readme)
  if (!block) throw new Error(`The README has no block "${name}".`)
  return block[1]!
    .replaceAll('127.0.0.1:8000', new URL(page).host)
    .replaceAll('127.0.0.1:8080', new URL(gateway).host)
    .replace('examples/php/session-auth/twinwire.yaml', join(folder, 'twinwire.yaml'))
    .replace('data/secrets.json', join(folder, 'data/secrets.json'))
    .replace('npm start', `exec '${process.execPath}' '${ENTRY}'`)
}

/** Starts what the README starts: PHP's own server and the gateway, in one process group. */
async function startExample(t: Scope): Promise<Place> {
  const folder = await makeFolder(t)
  const [pagePort, port] = [await freePort(), await freePort()]
  const place = { folder, page: `http://127.0.0.1:${pagePort}`, gateway: `http://127.0.0.1:${port}` }
  const config = await readFile(join(EXAMPLE, 'twinwire.yaml'), 'utf8')
  await writeFile(join(folder, 'twinwire.yaml'), config.replace('127.0.0.1:8000', `127.0.0.1:${pagePort}`))
  const child = spawn('/bin/sh', ['-c', commands('start', place)], {
    cwd: ROOT,
    env: {
      ...process.env,
      TWINWIRE_URL: place.gateway,
      TWINWIRE_PORT: String(port),
      TWINWIRE_DATA_DIR: join(folder, 'data'),
    },
    stdio: 'ignore',
    detached: true,
  })
  t.onTestFinished(() => process.kill(-child.pid!, 'SIGKILL'))
  const isUp = (url: string) => async () => ((await fetch(url).catch(() => null))?.ok ? true : null)
  await poll(isUp(place.page), 'the page', 20_000)
  await poll(isUp(`${place.gateway}/healthz`), 'the gateway', 20_000)
  return place
}

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

/** Sends the form; returns the cookie of the session that it leads to. */
async function post(page: string, form: Record<string, string>, cookie = ''): Promise<string> {
  const answer = await call(page, 'POST', {
    body: new URLSearchParams(form).toString(),
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...(cookie && { Cookie: cookie }) },
  })
  expect(answer.status).toBe(303)
  return answer.headers.getSetCookie().at(-1)!.split(';', 1)[0]!
}

test('[W4] a PHP session decides about a private channel, by the commands of the README', async t => {
  const place = await startExample(t)
  const connect = (channels: string, cookie?: string) =>
    openSse(t, place.gateway, {
      channels,
      headers: { Origin: place.page, ...(cookie && { Cookie: cookie }) },
    })
  expect((await connect('orders:ada')).status).toBe(401)
  expect((await connect('orders:ada', 'PHPSESSID=guessed')).status).toBe(401)

  const cookie = await post(place.page, { user: 'Ada' })
  const page = await call(place.page, 'GET', { headers: { Cookie: cookie } })
  expect(page.text).toContain(`const gateway = ${JSON.stringify(place.gateway).replaceAll('/', '\\/')}`)
  const stream = await connect('orders:ada', cookie)
  expect((await stream.next('welcome')).user).toBe('ada')
  await stream.next('live')
  expect((await connect('orders:bob', cookie)).status).toBe(403)

  const backend = spawn('/bin/sh', ['-c', commands('publish', place)], {
    cwd: ROOT,
    env: { ...process.env, TWINWIRE_URL: place.gateway },
    stdio: 'ignore',
  })
  t.onTestFinished(() => void backend.kill('SIGKILL'))
  expect(await stream.next('message')).toMatchObject({ channel: 'orders:ada', data: { state: 'paid' } })
  const headers = { Origin: place.page, Cookie: cookie }
  const body = { channel: 'orders:ada', data: { state: 'ordered' } }
  expect((await call(`${place.gateway}/api/publish`, 'POST', { headers, body })).status).toBe(200)
  expect(await stream.next('message')).toMatchObject({ user: 'ada', data: { state: 'ordered' } })
  const other = await call(`${place.gateway}/api/publish`, 'POST', {
    headers,
    body: { channel: 'orders:bob', data: 1 },
  })
  expect(other.status).toBe(403)

  await post(place.page, { leave: '1' }, cookie)
  const isOut = async () => ((await connect('orders:ada', cookie)).status === 401 ? true : null)
  await poll(isOut, 'the session to be over')
})

test('the hook tells nobody anything who is not the gateway, and fits in 20 lines', async t => {
  const place = await startExample(t)
  const cookie = await post(place.page, { user: 'ada' })
  const now = Math.floor(Date.now() / 1000)
  for (const signature of [undefined, '', 'garbage', `t=${now},v1=${'0'.repeat(64)}`]) {
    const headers = { Cookie: cookie, ...(signature !== undefined && { 'Twinwire-Signature': signature }) }
    const answer = await call(`${place.page}/hook.php`, 'POST', { body: {}, headers })
    expect([answer.status, answer.text]).toEqual([500, ''])
  }
  const lines = readFileSync(join(EXAMPLE, 'public/hook.php'), 'utf8').trim().split('\n')
  expect(lines.length).toBeLessThan(20)
})
