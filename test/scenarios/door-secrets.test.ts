// No secret is in anything that a gateway gives away: one full run, everything provoked, everything searched.

import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CREDENTIALS, PLACES } from '../access/door.ts'
import { ELSEWHERE, OPERATIONS } from '../access/operations.ts'
import { filesIn, findSecrets } from '../access/search.ts'
import { KEYS, makeSecrets, type Secrets, show, tableConfig } from '../access/shown.ts'
import { call } from '../harness/call.ts'
import {
  type Gateway,
  JWT_SECRET,
  makeFolder,
  PASSWORD,
  run,
  startGateway,
  untilEnd,
} from '../harness/gateway.ts'
import { openRaw } from '../harness/raw-connection.ts'
import type { Scope } from '../harness/scope.ts'
import { openSse } from '../harness/sse.ts'
import { startWebServer } from '../harness/web-server.ts'
import { openWebSocket } from '../harness/websocket.ts'

const HOOK_SECRET = 'hook-secret-of-the-search-0123456789-0123456789'
const PREVIOUS_SECRET = 'previous-secret-of-the-search-0123456789-01234'
const VISITOR = 'sid-of-a-visitor-0123456789-0123456789'
const WRONG_PASSWORD = 'wrong-password-of-the-search-0123456789'

/** Bodies that are refused, with secrets where an error might quote them. */
const BROKEN = [
  '',
  '{',
  `{"password":"${PASSWORD}`,
  `[${JSON.stringify(PASSWORD)}]`,
  `{"user":1,"password":"${PASSWORD}"}`,
]

/** Every call with everything that can be shown, everywhere; returns what was answered. */
async function callEverything(gateway: Gateway, secrets: Secrets): Promise<string> {
  const answers: string[] = []
  const calls = [
    ...OPERATIONS.map(({ method, path }) => `${method} ${path}`),
    ...ELSEWHERE,
    'GET /nowhere',
    'POST /api/nowhere',
    'GET /api/nowhere',
    'PUT /api/keys',
  ]
  for (const credential of CREDENTIALS) {
    for (const place of PLACES) {
      const { headers, query } = show(credential, place, secrets, gateway.url)
      for (const [method, path] of calls.map(name => name.split(' ') as [string, string])) {
        // Ends the session that the others still need.
        if (path === '/api/session' && method !== 'POST' && credential.startsWith('session')) continue
        const address = `${gateway.url}${path.replace(/\{\w+\}/g, 'nobody')}?${query}`
        const body = method === 'GET' ? {} : { body: BROKEN[answers.length % BROKEN.length] }
        const answer = await call(address, method, { headers: { ...headers, Referer: address }, ...body })
        answers.push(JSON.stringify([...answer.headers]), answer.text)
      }
    }
  }
  expect(answers.length).toBeGreaterThan(2000)
  return answers.join('\n')
}

/** Connects with everything, over both transports, and asks for what is refused. */
async function connectEverything(t: Scope, gateway: Gateway, secrets: Secrets): Promise<string> {
  const seen: unknown[] = []
  for (const credential of CREDENTIALS) {
    for (const place of PLACES) {
      const { headers, protocols, query } = show(credential, place, secrets, gateway.url)
      const channels = ['public:a', 'secret:1', '$stats']
      const socket = await openWebSocket(t, gateway.url, { headers, protocols, query, channels })
      const first = await socket
        .next(({ type }) => type === 'welcome' || type === 'goodbye')
        .catch(() => null)
      if (first?.type === 'welcome') {
        for (const { value } of secrets.values()) await socket.ask({ type: 'auth', token: value })
        await socket.ask({ type: 'auth', token: VISITOR, password: 'extra' })
      }
      const stream = await openSse(t, gateway.url, { headers, query, channels })
      if (stream.status === 200) await stream.next(({ type }) => type === 'live' || type === 'goodbye')
      else seen.push(await stream.ended)
      seen.push(socket.frames, stream.frames, stream.headers)
    }
  }
  return JSON.stringify(seen)
}

/** Secrets handed to the explainer, which is there to be asked about tokens. */
async function explainEverything(gateway: Gateway, secrets: Secrets): Promise<string> {
  const key = KEYS['API key of an administrator']
  const answers: string[] = []
  for (const { value } of secrets.values()) {
    for (const who of [{ token: value }, { key: value }]) {
      const body = { action: 'subscribe', channel: 'secret:1', ...who }
      const answer = await gateway.api('POST', '/api/explain', { key, body })
      answers.push(answer.text)
    }
  }
  return answers.join('\n')
}

/** What is no HTTP, and what is too much of it. */
async function breakHttp(t: Scope, gateway: Gateway, token: string): Promise<string> {
  const answers: string[] = []
  for (const request of [
    `GET /sse?token=${token} HTTP/1.1\r\nHost: x\r\nBad Header\r\n\r\n`,
    `GET /api/stats?token=${token} HTTP/9\r\n\r\n`,
    `GET /ws?token=${token}&x=${'x'.repeat(17_000)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    `GET /%ff?token=${token} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}${'x'.repeat(70_000)}\r\n\r\n`,
  ]) {
    const raw = await openRaw(t, gateway.port)
    raw.send(request)
    await raw.closed
    answers.push(raw.text)
  }
  return answers.join('\n')
}

/** Wrong passwords, one of them typed where the user's name belongs. */
async function mistype(gateway: Gateway): Promise<string> {
  const tries = [
    { user: 'admin', password: WRONG_PASSWORD },
    { user: PASSWORD, password: PASSWORD },
    { user: WRONG_PASSWORD, password: 'x' },
  ]
  const answers = await Promise.all(tries.map(body => call(`${gateway.url}/api/session`, 'POST', { body })))
  expect(answers.map(({ status }) => status)).toEqual([401, 401, 401])
  return answers.map(({ text }) => text).join('\n')
}

/** What an administrator sees. */
async function lookAround(gateway: Gateway): Promise<string> {
  const paths = ['audit?limit=1000', 'connections?limit=1000', 'keys', 'stats', 'channels', 'openapi.json']
  const key = KEYS['API key of an administrator']
  const views = await Promise.all(paths.map(path => gateway.api('GET', `/api/${path}`, { key })))
  expect(views.map(({ status }) => status)).toEqual(views.map(() => 200))
  return views.map(({ text }) => text).join('\n')
}

/** Everything that nobody may read, by name. */
function allOf(secrets: Secrets): Record<string, string> {
  return {
    ...Object.fromEntries([...secrets].map(([credential, { value }]) => [credential, value])),
    'CSRF token': secrets.get('session of an operator')!.csrf!,
    'JWT secret': JWT_SECRET,
    'previous JWT secret': PREVIOUS_SECRET,
    'hook secret': HOOK_SECRET,
    password: PASSWORD,
    'mistyped password': WRONG_PASSWORD,
    "the visitor's session": VISITOR,
  }
}

test('[W4] no secret is in anything that a gateway gives away', async t => {
  const application = await startWebServer(t, () => ({ status: 500, body: `a stack with ${VISITOR}` }))
  const { auth, ...config } = tableConfig({ url: application.url, secret: HOOK_SECRET, timeout: '500ms' })
  const jwt = { secret: JWT_SECRET, previousSecret: PREVIOUS_SECRET }
  const gateway = await startGateway(t, {
    config: { ...config, auth: { ...(auth as object), jwt }, logLevel: 'trace', drain: '100ms' },
  })
  const secrets = await makeSecrets(gateway)
  const session = secrets.get('session of an operator')!.value
  const operator = await openWebSocket(t, gateway.url, {
    channels: ['$events', '$stats'],
    headers: { Cookie: `twinwire_session=${session}` },
  })
  await operator.next('live')
  const visitor = await openWebSocket(t, gateway.url, {
    headers: { Cookie: `sid=${VISITOR}` },
    channels: 'a',
  })
  await visitor.next('goodbye')

  const places = new Map([
    ['answers', await callEverything(gateway, secrets)],
    ['frames', await connectEverything(t, gateway, secrets)],
    ['broken HTTP', await breakHttp(t, gateway, secrets.get('token of a user')!.value)],
    ['refused logins', await mistype(gateway)],
    ['explanations', await explainEverything(gateway, secrets)],
    ['views', await lookAround(gateway)],
    ['frames of the visitor', JSON.stringify(visitor.frames)],
    ['$events and $stats', JSON.stringify(operator.frames)],
    ['the command line', readFileSync(`/proc/${gateway.pid}/cmdline`, 'utf8')],
    ['the title', readFileSync(`/proc/${gateway.pid}/comm`, 'utf8')],
    ...filesIn(gateway.dataDir),
  ])
  await gateway.kill('SIGTERM')
  for (const [name, text] of filesIn(gateway.dataDir)) places.set(`${name} afterwards`, text)
  places.set('stdout', gateway.stdout)
  places.set('stderr', gateway.stderr)

  expect(operator.frames.length).toBeGreaterThan(20)
  expect(gateway.stderr).toContain('auth.hook')
  // What is searched would be found: the names that stand beside the secrets are.
  expect(findSecrets(places, { user: 'admin', key: 'publisher' })).toContain('user in views')
  expect(findSecrets(places, allOf(secrets))).toEqual([])
})

test('[W4] generated secrets are in their file only, and the data folder is for its owner', async t => {
  const hook = { url: 'http://127.0.0.1:9/' }
  const folder = await makeFolder(t, { port: 0, auth: { hook }, logLevel: 'trace', drain: '100ms' })
  const { started, ...output } = await untilReady(t, folder)
  const data = join(folder, 'data')
  const generated: Record<string, string> = JSON.parse(readFileSync(join(data, 'secrets.json'), 'utf8'))
  expect(Object.keys(generated).sort()).toEqual(['adminPassword', 'apiKey', 'hookSecret', 'jwtSecret'])
  for (const name of ['secrets.json', 'log.db', 'records.db']) {
    expect([name, statSync(join(data, name)).mode & 0o777]).toEqual([name, 0o600])
  }
  expect(statSync(data).mode & 0o777).toBe(0o700)
  started.child.kill('SIGTERM')
  await untilEnd(started)
  const places = new Map([...filesIn(data).filter(([name]) => name !== 'secrets.json'), ...output.texts()])
  expect(places.size).toBeGreaterThan(4)
  expect(findSecrets(places, generated)).toEqual([])
})

test('the data folder is for its owner also when no secret is generated', async t => {
  const gateway = await startGateway(t)
  expect(statSync(gateway.dataDir).mode & 0o777).toBe(0o700)
  expect(statSync(join(gateway.dataDir, 'log.db')).mode & 0o777).toBe(0o600)
})

async function untilReady(t: Scope, folder: string) {
  const started = run(folder)
  t.onTestFinished(() => started.child.kill('SIGKILL'))
  await new Promise<void>((resolve, reject) => {
    started.child.stdout!.on('data', () => started.stdout.includes('publish') && resolve())
    void started.exited.then(() => reject(new Error(`The gateway ended: ${started.stderr}`)))
  })
  const texts = (): [string, string][] => [
    ['stdout', started.stdout],
    ['stderr', started.stderr],
  ]
  return { started, texts }
}
