// §9: what somebody meets who starts the gateway for the first time. Knows the protocol only.

import { execFile } from 'node:child_process'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { poll } from '../harness/deadline.ts'
import { makeFolder, type Run, run, startGateway, untilEnd } from '../harness/gateway.ts'
import type { Scope } from '../harness/scope.ts'
import { openSse } from '../harness/sse.ts'

const execute = promisify(execFile)

function start(t: Scope, folder: string): Run {
  const started = run(folder, { TWINWIRE_PORT: '0' })
  t.onTestFinished(async () => {
    started.child.kill('SIGKILL')
    await untilEnd(started)
  })
  return started
}

test('[H3] first start without any configuration: a ready line, secrets, and a curl line that works', async t => {
  const folder = await makeFolder(t, '')
  const started = start(t, folder)
  const curlLine = async () => /\bcurl .*/.exec(started.stdout)?.[0] ?? null
  const curl = await poll(curlLine, 'the curl line')
  expect(started.stdout.match(/listening on http:\/\/127\.0\.0\.1:\d+/g)).toHaveLength(1)
  const url = /listening on (http:\S+)/.exec(started.stdout)![1]!

  const secrets = join(folder, 'data', 'secrets.json')
  expect((await stat(secrets)).mode & 0o777).toBe(0o600)
  expect(started.stdout).toContain('secrets.json')
  for (const secret of Object.values(JSON.parse(await readFile(secrets, 'utf8')))) {
    if (typeof secret === 'string' && secret.length >= 12) expect(started.stdout).not.toContain(secret)
  }

  const stream = await openSse(t, url, { channels: 'public:demo' })
  await stream.next('live')
  const { stdout } = await execute('/bin/sh', ['-c', curl], { cwd: folder })
  expect(JSON.parse(stdout)).toMatchObject({ channel: 'public:demo', subscribers: 1, id: expect.any(String) })
  // The same shape as in the five-minute start: its page shows `data.text`, also of what was pasted before it was made.
  expect(await stream.next('message')).toMatchObject({ data: { text: 'Hello' } })
  expect(started.stderr).not.toMatch(/deprecat|warning/i)
})

test('[H3] with the key in the configuration the curl line works too, and does not show it', async t => {
  const key = 'key-of-the-file-0123456789'
  const folder = await makeFolder(
    t,
    `apiKeys: [{ name: backend, key: ${key}, publish: ["*"], read: true }]\n`,
  )
  const started = start(t, folder)
  const curl = await poll(async () => /\bcurl .*/.exec(started.stdout)?.[0] ?? null, 'the curl line')
  expect(started.stdout).not.toContain(key)
  const { stdout } = await execute('/bin/sh', ['-c', curl], { cwd: folder })
  expect(JSON.parse(stdout)).toMatchObject({ channel: 'public:demo', id: expect.any(String) })
})

test('[H3] secrets are made once and kept', async t => {
  const folder = await makeFolder(t, '')
  const secrets = join(folder, 'data', 'secrets.json')
  const contents: string[] = []
  for (const _ of ['first', 'second']) {
    const started = start(t, folder)
    await poll(async () => (started.stdout.includes('listening on') ? true : null), 'the ready line')
    contents.push(await readFile(secrets, 'utf8'))
    started.child.kill('SIGTERM')
    expect(await untilEnd(started)).toEqual({ code: 0, signal: null })
  }
  expect(contents[0]).toBe(contents[1])
})

test('[H1] environment overrides the file', async t => {
  const key = 'key-from-the-environment-0123456789012345'
  const gateway = await startGateway(t, { env: { TWINWIRE_API_KEY: key } })
  const answer = await gateway.api('POST', '/api/publish', { key, body: { channel: 'public:a', data: 1 } })
  expect(answer.status).toBe(200)
})

test('[H3] the operator page and the example are served, under a strict policy', async t => {
  const gateway = await startGateway(t)
  for (const path of ['/', '/examples/']) {
    const response = await fetch(gateway.url + path)
    expect(response.status, path).toBe(200)
    expect(response.headers.get('content-type')).toContain('text/html')
    const policy = response.headers.get('content-security-policy') ?? ''
    expect(policy).not.toContain('unsafe-inline')
    expect(policy).toMatch(/frame-ancestors 'none'/)
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  }
})
