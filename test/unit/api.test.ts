// Proves what every call of the API has in common: problems, CORS, sessions, health, and its own description.

import { describe, expect, test } from 'vitest'
import type { ConnectionDetail } from '../../shared/stats.ts'
import { type Fixture, KEY, PASSWORD, READ_KEY, startApi } from './api-fixture.ts'

/** Over the 16 KiB that a URL may have. */
const LONG = 'x'.repeat(17_000)

describe('problems', () => {
  test.each([
    ['GET', '/api/nothing', 404, 'not_found'],
    ['GET', '/api', 404, 'not_found'],
    ['PUT', '/api/publish', 405, 'bad_request'],
    ['POST', '/api/channels/a', 405, 'bad_request'],
    ['GET', '/api/channels/%zz', 400, 'bad_request'],
    ['GET', `/api/channels/${LONG}`, 414, 'too_large'],
    ['GET', `/api/channels?prefix=${LONG}`, 414, 'too_large'],
  ] as const)('%s %.40s: %i', async (method, url, status, code) => {
    const { call } = await startApi()
    const answer = await call(method, url)
    expect(answer.statusCode).toBe(status)
    expect(answer.headers['content-type']).toBe('application/problem+json')
    expect(Object.keys(answer.json())).toEqual(['type', 'title', 'status', 'detail', 'code'])
    expect(answer.json()).toMatchObject({ status, code })
    if (status === 405) expect(answer.headers.allow).toMatch(/POST|GET/)
  })

  test('[R6] a bug is a 500 without its stack', async () => {
    const { call } = await startApi({
      stats: () => Promise.reject(new Error('secret path')),
    })
    const answer = await call('GET', '/api/stats')
    expect(answer.statusCode).toBe(500)
    expect(answer.body).not.toContain('secret path')
    expect(answer.json().code).toBe('internal')
  })
})

describe('cross-origin', () => {
  test('[H3] preflights of allowed origins are answered, credentials included', async () => {
    const { call } = await startApi()
    const headers = { origin: 'https://app.example', 'access-control-request-method': 'POST' }
    const answer = await call('OPTIONS', '/api/publish', { headers, as: null })
    expect(answer.statusCode).toBe(204)
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': 'https://app.example',
      'access-control-allow-credentials': 'true',
      'access-control-allow-headers': expect.stringContaining('Authorization'),
      vary: 'Origin',
    })
  })

  test('[W6] other origins get no headers, and no preflight', async () => {
    const { call } = await startApi()
    const headers = { origin: 'https://evil.example' }
    for (const method of ['OPTIONS', 'GET'] as const) {
      const answer = await call(method, '/api/channels', { headers })
      expect(answer.statusCode).toBe(method === 'GET' ? 200 : 403)
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
      expect(answer.headers.vary).toBe('Origin')
    }
  })

  test('[H3] errors carry them too, so that a page can read why', async () => {
    const { call } = await startApi()
    const answer = await call('POST', '/api/publish', {
      body: '{',
      headers: { origin: 'https://app.example' },
    })
    expect(answer.statusCode).toBe(400)
    expect(answer.headers['access-control-allow-origin']).toBe('https://app.example')
  })
})

async function signIn({ call }: Fixture): Promise<{ cookie: string; csrf: string }> {
  const answer = await call('POST', '/api/session', { body: { user: 'admin', password: PASSWORD }, as: null })
  expect(answer.statusCode).toBe(200)
  expect(answer.headers['set-cookie']).toMatch(
    /^twinwire_session=[\w-]+; Path=\/; HttpOnly; SameSite=Strict; Secure$/,
  )
  return { cookie: String(answer.headers['set-cookie']).split(';')[0]!, csrf: answer.json().csrf }
}

describe('sessions', () => {
  test('an operator signs in, reads, writes with the CSRF token, and signs out', async () => {
    const api = await startApi()
    const { cookie, csrf } = await signIn(api)
    const as = null
    expect((await api.call('GET', '/api/session', { as, headers: { cookie } })).json()).toEqual({
      user: 'admin',
      role: 'operator',
      csrf,
    })
    expect((await api.call('GET', '/api/stats', { as, headers: { cookie } })).statusCode).toBe(200)
    const body = { channel: 'a', data: 1 }
    for (const headers of [{ cookie }, { cookie, 'x-csrf-token': 'wrong' }]) {
      expect((await api.call('POST', '/api/publish', { as, body, headers })).statusCode).toBe(403)
      expect((await api.call('DELETE', '/api/session', { as, headers })).statusCode).toBe(403)
    }
    const headers = { cookie, 'x-csrf-token': csrf }
    expect((await api.call('POST', '/api/publish', { as, body, headers })).statusCode).toBe(200)
    expect((await api.call('DELETE', '/api/session', { as, headers })).statusCode).toBe(204)
    expect((await api.call('GET', '/api/session', { as, headers })).statusCode).toBe(401)
    expect((await api.call('POST', '/api/publish', { as, body, headers })).statusCode).toBe(401)
  })

  test.each([
    ['{"user":"admin"}', 400],
    ['{"user":"admin","password":5}', 400],
    ['{"user":"admin","password":"x","more":1}', 400],
    ['', 400],
    ['{"user":"admin","password":"wrong"}', 401],
    [`{"user":"admin","password":"${'x'.repeat(5000)}"}`, 413],
  ])('signing in with %s is refused', async (body, status) => {
    const { call } = await startApi()
    const answer = await call('POST', '/api/session', { body, as: null })
    expect(answer.statusCode).toBe(status)
    expect(answer.headers).not.toHaveProperty('set-cookie')
  })

  test('guessing is slowed down: 429 with Retry-After', async () => {
    const { call } = await startApi()
    const body = { user: 'admin', password: 'guess' }
    let answer = await call('POST', '/api/session', { body, as: null })
    for (let guess = 0; guess < 20 && answer.statusCode === 401; guess++) {
      answer = await call('POST', '/api/session', { body, as: null })
    }
    expect(answer.statusCode).toBe(429)
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
  })

  test('a stale cookie does not stand in the way of signing in', async () => {
    const { call } = await startApi()
    const headers = { cookie: 'twinwire_session=gone' }
    const body = { user: 'admin', password: PASSWORD }
    expect((await call('POST', '/api/session', { body, headers, as: null })).statusCode).toBe(200)
  })

  test('pages that are not trusted with it cannot use it', async () => {
    const api = await startApi()
    const { cookie } = await signIn(api)
    const headers = { cookie, origin: 'https://evil.example' }
    expect((await api.call('GET', '/api/session', { as: null, headers })).statusCode).toBe(403)
    expect((await api.call('GET', '/api/stats', { as: null, headers })).statusCode).toBe(401)
  })
})

function view(id: string, user: string): ConnectionDetail {
  const figures = { since: 0, messages: 0, bytes: 0, pendingBytes: 0, behind: 0 }
  const shown = { channels: [], identity: {}, subscriptions: [] }
  return { id, user, kind: 'client', transport: 'sse', address: '192.0.2.7', ...shown, ...figures }
}

describe('connections', () => {
  test('are listed a page at a time, looked at and disconnected', async () => {
    const { call, connections } = await startApi()
    for (const [id, user] of [
      ['c1', 'ada'],
      ['c2', 'bob'],
      ['c3', 'ada'],
    ] as const)
      connections.set(id, view(id, user))
    const first = (await call('GET', '/api/connections?limit=2')).json()
    expect(first).toMatchObject({ connections: [{ id: 'c1' }, { id: 'c2' }], next: 'c2' })
    expect((await call('GET', '/api/connections?limit=2&after=c2')).json()).toEqual({
      connections: [view('c3', 'ada')],
      total: 3,
    })
    const sorted = (await call('GET', '/api/connections?sort=-behind&offset=1&limit=1')).json()
    expect(sorted).toEqual({ connections: [view('c2', 'bob')], total: 3 })
    for (const query of ['after=c2&sort=user', 'after=c2&offset=1', 'sort=shoe-size', 'offset=-1']) {
      expect((await call('GET', `/api/connections?${query}`)).statusCode, query).toBe(400)
    }
    expect((await call('GET', '/api/connections/c2')).json()).toEqual(view('c2', 'bob'))
    expect((await call('DELETE', '/api/connections/c2')).statusCode).toBe(204)
    for (const method of ['GET', 'DELETE'] as const) {
      expect((await call(method, '/api/connections/c2')).json()).toMatchObject({
        status: 404,
        code: 'not_found',
      })
    }
    expect((await call('DELETE', '/api/users/ada/connections')).json()).toEqual({ disconnected: 2 })
    const wrong = await call('GET', '/api/connections?transport=carrier-pigeon')
    expect([wrong.statusCode, wrong.json().detail]).toEqual([
      400,
      expect.stringContaining('one of websocket, sse'),
    ])
  })

  test('and figures are for admin keys and operators only', async () => {
    const { call } = await startApi()
    for (const url of ['/api/connections', '/api/connections/c1', '/api/stats']) {
      expect((await call('GET', url, { as: READ_KEY })).statusCode).toBe(403)
      expect((await call('GET', url, { as: null })).statusCode).toBe(401)
      expect((await call('GET', url, { as: KEY })).statusCode).not.toBe(403)
    }
  })
})

test('[R5] /healthz is always up; /readyz says 503 and why while draining or unable to write', async () => {
  const api = await startApi()
  expect((await api.call('GET', '/readyz', { as: null })).json()).toEqual({ status: 'ready' })
  for (const [state, reason] of [
    ['draining', /shutting down/],
    ['unavailable', /cannot be written/],
  ] as const) {
    api.state = state
    const answer = await api.call('GET', '/readyz', { as: null })
    expect(answer.statusCode).toBe(503)
    expect(answer.headers).toMatchObject({ 'content-type': 'application/problem+json', 'retry-after': '1' })
    expect(answer.json()).toMatchObject({ code: 'unavailable', detail: expect.stringMatching(reason) })
    expect((await api.call('GET', '/healthz', { as: null })).statusCode).toBe(200)
  }
})

test('the OpenAPI document describes every call with its errors', async () => {
  const { call } = await startApi()
  const document = (await call('GET', '/api/openapi.json', { as: null })).json()
  expect(document.openapi).toBe('3.1.0')
  expect(Object.keys(document.paths).sort()).toEqual([
    '/api/audit',
    '/api/channels',
    '/api/channels/{name}',
    '/api/channels/{name}/messages',
    '/api/channels/{name}/messages/{id}',
    '/api/channels/{name}/presence',
    '/api/connections',
    '/api/connections/{id}',
    '/api/events',
    '/api/explain',
    '/api/figures',
    '/api/keys',
    '/api/keys/{name}',
    '/api/openapi.json',
    '/api/publish',
    '/api/rules',
    '/api/session',
    '/api/settings',
    '/api/stats',
    '/api/tokens/verify',
    '/api/users/{user}/connections',
    '/healthz',
    '/metrics',
    '/readyz',
  ])
  const { post } = document.paths['/api/publish']
  expect(post.responses['503'].content).toHaveProperty('application/problem+json')
  expect(post.requestBody.content['application/json'].schema.anyOf).toHaveLength(2)
  for (const [path, calls] of Object.entries<Record<string, Described>>(document.paths)) {
    for (const [method, { summary, responses, parameters }] of Object.entries(calls)) {
      expect(summary, `${method} ${path}`).toBeTruthy()
      const descriptions = Object.values(responses).map(({ description }) => description)
      expect(descriptions, `${method} ${path}`).not.toContain('Default Response')
      const required = parameters?.filter(parameter => parameter.required).map(parameter => parameter.in)
      expect(required ?? [], `${method} ${path}`).not.toContain('query')
    }
  }
})

interface Described {
  summary?: string
  responses: Record<string, { description: string }>
  parameters?: { in: string; required: boolean }[]
}
