// No detour leads past the door: odd paths and methods, headers that come twice, pages that hide where they come from.

import { expect, test } from 'vitest'
import { call } from '../harness/call.ts'
import { API_KEY, PASSWORD, startGateway } from '../harness/gateway.ts'
import { openRaw } from '../harness/raw-connection.ts'
import { type Scope, shared } from '../harness/scope.ts'

const door = shared(async scope => {
  const gateway = await startGateway(scope)
  const login = await call(`${gateway.url}/api/session`, 'POST', {
    body: { user: 'admin', password: PASSWORD },
  })
  return { port: gateway.port, session: login.headers.get('set-cookie')!.split(';')[0]! }
})

/** The status of a request written by hand, and everything that came back. */
async function send(t: Scope, head: string, headers: readonly string[] = []) {
  const raw = await openRaw(t, door().port)
  raw.send(
    [`${head} HTTP/1.1`, 'Host: gateway', 'Connection: close', 'Content-Length: 0', ...headers, '', ''].join(
      '\r\n',
    ),
  )
  await raw.closed
  return { status: Number(raw.text.slice(9, 12)), text: raw.text }
}

const PATHS = [
  ...[
    '//api/keys',
    '/api//keys',
    '/api/./keys',
    '/api/%6beys',
    '/%61pi/keys',
    '/api/keys/',
    '/api/keys;x=1',
    '/API/keys',
  ],
  ...[
    '/api/x/../keys',
    '/api/keys%00',
    '/api/keys?',
    '/api/keys#x',
    'http://gateway/api/keys',
    '/healthz/../api/keys',
    '*',
  ],
]

test.for(PATHS)('[W4] GET %s shows a stranger no keys', async (path, t) => {
  const { status, text } = await send(t, `GET ${path}`)
  expect([400, 401, 403, 404, 405]).toContain(status)
  expect(text).not.toContain('"keys"')
})

test('[W4] no method opens what GET does not', async t => {
  for (const method of ['HEAD', 'OPTIONS', 'TRACE', 'PATCH', 'PUT', 'SEARCH', 'POST']) {
    const { status } = await send(t, `${method} /api/keys`, [
      'X-HTTP-Method-Override: GET',
      'X-Original-URL: /healthz',
    ])
    expect([method, status >= 400 && status < 500]).toEqual([method, true])
  }
})

test('[W4] of headers that come twice, a second one never makes good a bad first one', async t => {
  const good = `Authorization: Bearer ${API_KEY}`
  const { session } = door()
  const twice: [string[], number][] = [
    [['Authorization: Bearer nothing', good], 401],
    [[`Authorization: Bearer nothing, Bearer ${API_KEY}`], 401],
    [[`Cookie: twinwire_session=bad; ${session}`], 401],
    [['Authorization: Bearer nothing', `Cookie: ${session}`], 401],
    [[good], 200],
    [[`Cookie: ${session}`], 200],
  ]
  for (const [headers, status] of twice) {
    expect([headers, (await send(t, 'GET /api/keys', headers)).status]).toEqual([headers, status])
  }
})

test('[W6] a page that hides its origin has no session', async t => {
  const { session } = door()
  for (const origin of ['null', '', 'http://gateway.evil.example', 'file://', 'https://evil.example']) {
    const { status } = await send(t, 'GET /api/keys', [`Origin: ${origin}`, `Cookie: ${session}`])
    expect([origin, [401, 403].includes(status)]).toEqual([origin, true])
  }
  const two = await send(t, 'GET /api/keys', [
    'Origin: https://evil.example',
    'Origin: http://gateway',
    `Cookie: ${session}`,
  ])
  expect([401, 403]).toContain(two.status)
})

test('no path leads out of the folders of the pages', async t => {
  const paths = ['/../package.json', '/examples/../package.json', '/examples/%2e%2e/package.json']
  for (const path of [
    ...paths,
    '/examples/..%2f..%2fpackage.json',
    '/examples/%5c..%5cpackage.json',
    '/.git/config',
  ]) {
    const { status, text } = await send(t, `GET ${path}`)
    expect([path, status >= 400, text.includes('dependencies')]).toEqual([path, true, false])
  }
})
