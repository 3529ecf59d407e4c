// The PHP session example, started by the commands of its README: a form, a session, a private channel, and no token.

import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { call } from '../harness/call.ts'
import { poll } from '../harness/deadline.ts'
import { commands, EXAMPLE, ROOT, startExample } from '../harness/session-example.ts'
import { openSse } from '../harness/sse.ts'

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
