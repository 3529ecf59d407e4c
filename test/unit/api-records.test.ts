// Keys, roles and the audit log over HTTP: what each call answers to whom, and what is written down of it.

import { expect, test } from 'vitest'
import { type CallOptions, type Fixture, KEY, PASSWORD, READ_KEY, startApi } from './api-fixture.ts'

async function signIn(api: Fixture, user = 'admin'): Promise<Record<string, string>> {
  const answer = await api.call('POST', '/api/session', { as: null, body: { user, password: PASSWORD } })
  const cookie = String(answer.headers['set-cookie']).split(';')[0]!
  return { cookie, 'x-csrf-token': answer.json().csrf }
}

async function entries(api: Fixture, query = '') {
  const answer = await api.call('GET', `/api/audit${query}`)
  return answer.json().entries as { action: string; actor: string; target?: string; detail?: string }[]
}

test('a key is made, works, is listed without itself, and is revoked', async () => {
  const api = await startApi()
  const made = await api.call('POST', '/api/keys', { body: { name: 'shop', publish: ['orders:*'] } })
  expect([made.statusCode, made.headers['cache-control']]).toEqual([201, 'no-store'])
  const { key, ...view } = made.json()
  expect(view).toMatchObject({
    name: 'shop',
    publish: ['orders:*'],
    read: false,
    admin: false,
    origin: 'records',
  })
  const publish = (channel: string) =>
    api.call('POST', '/api/publish', { as: key, body: { channel, data: 1 } })
  expect((await publish('orders:1')).statusCode).toBe(200)
  expect((await publish('public:1')).statusCode).toBe(403)
  const listed = await api.call('GET', '/api/keys')
  expect(listed.json().keys).toContainEqual({ ...view, lastUsed: expect.any(Number) })
  for (const secret of [key, KEY, READ_KEY]) expect(listed.body).not.toContain(secret)
  expect((await api.call('DELETE', '/api/keys/shop')).statusCode).toBe(204)
  expect((await publish('orders:1')).statusCode).toBe(401)
  expect((await api.call('DELETE', '/api/keys/shop')).statusCode).toBe(404)
})

test.each<[string, unknown, number, RegExp]>([
  ['no body', '', 400, /JSON/],
  ['no name', { read: true }, 400, /"name"/],
  ['an unknown member', { name: 'a', read: true, write: true }, 400, /Unknown member "write"/],
  ['a text as patterns', { name: 'a', publish: 'orders:*' }, 400, /array of strings/],
  ['a text as flag', { name: 'a', read: 'yes' }, 400, /true or false/],
  ['a text as rate', { name: 'a', read: true, publishPerSecond: '5' }, 400, /must be a number/],
  ['no rights', { name: 'a' }, 400, /could do nothing/],
  ['a name that is taken', { name: 'full', read: true }, 409, /choose another name/],
])('a key with %s is refused', async (_name, body, status, detail) => {
  const api = await startApi()
  const answer = await api.call('POST', '/api/keys', { body: body as object })
  expect([answer.statusCode, answer.json().detail]).toEqual([status, expect.stringMatching(detail)])
})

test('a key of the configuration is not revoked here: 409 says where it stands', async () => {
  const api = await startApi()
  const answer = await api.call('DELETE', '/api/keys/reader')
  expect(answer.statusCode).toBe(409)
  expect(answer.json().detail).toMatch(/configuration \(apiKeys/)
  expect((await api.call('GET', '/api/channels', { as: READ_KEY })).statusCode).toBe(200)
})

test('[H5] a key with a rate: 429 with Retry-After beyond it, other keys without', async () => {
  const api = await startApi()
  const body = { name: 'slow', publish: ['*'], publishPerSecond: 2 }
  const { key } = (await api.call('POST', '/api/keys', { body })).json()
  const publish = (as: string, body: object = { channel: 'a', data: 1 }) =>
    api.call('POST', '/api/publish', { as, body })
  // A large request is taken whole, and what follows waits for it: 100 messages are 50 seconds.
  const batch = Array.from({ length: 100 }, () => ({ channel: 'a', data: 1 }))
  expect((await publish(key, batch)).statusCode).toBe(200)
  const limited = await publish(key)
  expect([limited.statusCode, limited.json().code]).toEqual([429, 'rate_limited'])
  expect(limited.json().detail).toMatch(/"slow" may publish 2 messages a second .* wait \d+ ms/)
  expect(Number(limited.headers['retry-after'])).toBeGreaterThan(10)
  expect((await publish(KEY)).statusCode).toBe(200)
})

test('every write of the API is refused to a viewer, and every read is open', async () => {
  const api = await startApi()
  const headers = await signIn(api, 'eve')
  const { paths } = (await api.call('GET', '/api/openapi.json')).json()
  const open = new Set(['/api/session', '/healthz', '/readyz'])
  const calls = Object.entries<object>(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map(method => [method.toUpperCase(), path] as const),
  )
  expect(calls.length).toBeGreaterThan(15)
  for (const [method, path] of calls.filter(([, path]) => !open.has(path))) {
    const url = path.replace('{name}', 'full').replaceAll(/\{\w+\}/g, 'x')
    // Questions, though they are POSTs: refused only because these have no members.
    const isQuestion = path === '/api/explain' || path === '/api/tokens/verify'
    const answer = await api.call(method as 'GET', url, { as: null, headers, body: {} })
    if (isQuestion) expect([answer.statusCode, path]).toEqual([400, path])
    else if (method === 'GET') expect([200, 404], `${method} ${path}`).toContain(answer.statusCode)
    else expect([answer.statusCode, answer.json().detail], `${method} ${path}`).toEqual([403, VIEWER])
  }
  expect((await api.call('GET', '/api/session', { as: null, headers })).json()).toMatchObject({
    role: 'viewer',
  })
  expect((await api.call('DELETE', '/api/session', { as: null, headers })).statusCode).toBe(204)
})
const VIEWER = expect.stringMatching(/"eve" is signed in as a viewer, .*: sign in as an operator/)

test('who did what is written down, and no secret with it', async () => {
  const api = await startApi()
  const headers = await signIn(api)
  const as = (method: 'POST' | 'DELETE', url: string, body?: object) =>
    api.call(method, url, { as: null, headers, ...(body && { body }) } as CallOptions)
  const { id } = (await as('POST', '/api/publish', { channel: 'public:a', data: 'the content' })).json()
  await as('POST', '/api/publish', { channels: ['public:a', 'public:b', '$no'], data: 1 })
  await api.call('POST', '/api/publish', { body: { channel: 'public:a', data: 'by a backend' } })
  const { key } = (await as('POST', '/api/keys', { name: 'shop', publish: ['orders:*'], read: true })).json()
  await as('DELETE', `/api/channels/public%3Aa/messages/${id}`)
  await as('DELETE', '/api/channels/public%3Aa/messages/nothing-1')
  await api.call('DELETE', '/api/channels/public%3Aa/messages')
  await as('DELETE', '/api/connections/unknown')
  await as('DELETE', '/api/users/ann/connections')
  await as('DELETE', '/api/keys/shop')
  await as('DELETE', '/api/session')
  const seen = (await entries(api)).reverse()
  expect(seen.map(({ actor, action, target, detail }) => [actor, action, target, detail])).toEqual([
    ['admin', 'login', undefined, undefined],
    ['admin', 'publish', 'public:a', undefined],
    ['admin', 'publish', 'public:a', 'and 1 more'],
    ['admin', 'key_create', 'shop', 'publish orders:*, read'],
    ['admin', 'delete_message', 'public:a', id],
    ['full', 'purge', 'public:a', undefined],
    ['admin', 'disconnect_user', 'ann', '0 connections'],
    ['admin', 'key_revoke', 'shop', undefined],
    ['admin', 'logout', undefined, undefined],
  ])
  expect(seen[0]).toMatchObject({ kind: 'operator', address: '127.0.0.1', count: 1 })
  const text = JSON.stringify(seen)
  for (const secret of [key, KEY, PASSWORD, 'the content', headers['x-csrf-token']!]) {
    expect(text).not.toContain(secret)
  }
})

test('failed logins are folded, throttled ones told once, and what was typed as a user is not repeated', async () => {
  const api = await startApi()
  const guess = (user: string) =>
    api.call('POST', '/api/session', { as: null, body: { user, password: 'wrong' } })
  for (const user of ['admin', 'admin', 'my-password-in-the-wrong-field', 'eve', 'admin']) await guess(user)
  for (let count = 0; count < 20; count++) expect((await guess('admin')).statusCode).toBe(429)
  const seen = (await entries(api)).reverse()
  expect(seen).toMatchObject([
    { action: 'login_failed', actor: 'admin', kind: 'nobody', count: 3 },
    { action: 'login_failed', actor: 'unknown user', count: 1 },
    { action: 'login_failed', actor: 'eve', count: 1 },
    { action: 'login_throttled', actor: 'admin', count: 1 },
  ])
})

test('the audit log is read by page, actor and action; by admin keys and operators alone', async () => {
  const api = await startApi()
  for (const name of ['a', 'b', 'c']) await api.call('POST', '/api/keys', { body: { name, read: true } })
  await api.call('DELETE', '/api/keys/a')
  const first = (await api.call('GET', '/api/audit?limit=3')).json()
  expect(first.entries.map(({ target }: { target: string }) => target)).toEqual(['a', 'c', 'b'])
  const rest = (await api.call('GET', `/api/audit?limit=3&before=${first.next}`)).json()
  expect(rest).toEqual({ entries: [expect.objectContaining({ action: 'key_create', target: 'a' })] })
  expect(await entries(api, '?action=key_revoke&actor=full')).toHaveLength(1)
  expect(await entries(api, '?actor=nobody')).toEqual([])
  expect((await api.call('GET', '/api/audit?action=sing')).statusCode).toBe(400)
  for (const url of ['/api/audit', '/api/keys']) {
    expect((await api.call('GET', url, { as: READ_KEY })).statusCode).toBe(403)
    expect((await api.call('GET', url, { as: null })).statusCode).toBe(401)
  }
})

test('a key that is revoked while its request is read carries nothing out any more', async () => {
  let isRevoked = false
  const scope = { name: 'shop', publish: () => true, read: true, admin: true }
  const api = await startApi({
    identify: async () => ({ kind: 'key', ...scope, hasEnded: () => isRevoked }),
  })
  const publish = () => api.call('POST', '/api/publish', { body: { channel: 'a', data: 1 } })
  expect((await publish()).statusCode).toBe(200)
  isRevoked = true
  const refused = await publish()
  expect([refused.statusCode, refused.json().detail]).toEqual([401, expect.stringMatching(/was revoked/)])
  expect(api.log.published).toHaveLength(1)
})
