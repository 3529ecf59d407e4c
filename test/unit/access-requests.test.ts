// What a request shows of itself: tokens in their order, origins, operators' cookies, and URLs made fit for logs.

import { expect, test } from 'vitest'
import { findCookie, findCredential } from '../../gateway/access/credentials.ts'
import { createIdentify } from '../../gateway/access/identify.ts'
import { createOrigins } from '../../gateway/access/origins.ts'
import { redactUrl } from '../../gateway/access/redact.ts'
import type { Identity } from '../../gateway/core/identity.ts'

const ALL = {
  authorization: 'Bearer from-header',
  'sec-websocket-protocol': 'twinwire.v1, twinwire.token.from-protocol',
  cookie: 'a=b; twinwire_token=from-cookie',
}

test('[W4] the first of header, subprotocol, cookie and query counts', () => {
  const url = '/ws?channels=a&token=from-query'
  const { authorization: _, ...withoutHeader } = ALL
  expect(findCredential({ headers: ALL, url })).toEqual({ source: 'authorization', value: 'from-header' })
  expect(findCredential({ headers: withoutHeader, url })).toEqual({
    source: 'subprotocol',
    value: 'from-protocol',
  })
  expect(findCredential({ headers: { cookie: ALL.cookie }, url })).toEqual({
    source: 'cookie',
    value: 'from-cookie',
  })
  expect(findCredential({ headers: {}, url })).toEqual({ source: 'query', value: 'from-query' })
  expect(findCredential({ headers: {}, url: '/ws?channels=a' })).toBeNull()
  expect(findCredential({ headers: {} })).toBeNull()
})

test.each([
  ['bearer  x ', 'x'],
  ['BEARER x', 'x'],
  ['Bearer', ''],
  ['x', 'x'],
  ['Token x', 'Token x'],
])('[W4] the header %j is present, never overlooked', (authorization, value) => {
  expect(findCredential({ headers: { authorization } })).toEqual({ source: 'authorization', value })
})

test.each([
  [{ authorization: 'Basic dXNlcjpwYXNz' }, '/'],
  [{ cookie: 'twinwire_token=; other=1' }, '/'],
  [{ cookie: 'xtwinwire_token=a' }, '/'],
  [{ 'sec-websocket-protocol': 'twinwire.v1' }, '/'],
  [{}, '/ws?token='],
  [{}, '/ws?tokens=a'],
  [{}, '/ws'],
])('no token stands in %j %s', (headers, url) => {
  expect(findCredential({ headers, url })).toBeNull()
})

test('cookies are found by their whole name, the first one, without quotes', () => {
  expect(findCookie('b=1; a="2=3"; a=4', 'a')).toBe('2=3')
  expect(findCookie('a', 'a')).toBeNull()
  expect(findCookie(undefined, 'a')).toBeNull()
})

const HOST = 'gateway.example'
const identify = createIdentify({
  access: {
    authenticate: async token => (token === 'good.j.wt' ? CLIENT : { code: 'unauthorized', message: 'Bad.' }),
    identifyKey: text => (text === 'key' ? KEY : null),
  },
  operators: {
    session: id => (id === 'open' ? { id, user: 'admin', role: 'viewer', csrf: 'c', expires: 5 } : null),
    isOpen: id => id === 'open',
  },
  origins: createOrigins({ host: '127.0.0.1', origins: ['https://friend.example', '*'] }),
  hook: null,
})
const VISIT = { connection: 'c1', ip: '192.0.2.7', transport: 'sse', channels: ['a'] } as const
const CLIENT: Identity = { kind: 'client', subscribe: () => true, publish: () => true }
const KEY: Identity = { kind: 'key', name: 'k', publish: () => true, read: true, admin: false }
const SESSION = 'twinwire_session=open'

test.each<[string, Record<string, string>, string, object]>([
  ['nothing', {}, '/', { kind: 'anonymous' }],
  ['an API key', { authorization: 'Bearer key' }, '/', KEY],
  ['a JWT', { authorization: 'Bearer good.j.wt' }, '/', CLIENT],
  ['a JWT in the query', {}, '/ws?token=good.j.wt', CLIENT],
  ['a token cookie', { cookie: 'twinwire_token=good.j.wt' }, '/', CLIENT],
  [
    'an unknown key',
    { authorization: 'Bearer nokey' },
    '/',
    { code: 'unauthorized', message: expect.stringContaining('no API key') },
  ],
  ['an empty header', { authorization: 'Bearer' }, '/', { code: 'unauthorized' }],
  ['a bad JWT', { authorization: 'Bearer bad.j.wt' }, '/', { code: 'unauthorized' }],
  [
    'a bad JWT before a good one',
    { authorization: 'Bearer bad.j.wt' },
    '/?token=good.j.wt',
    { code: 'unauthorized' },
  ],
  ['a bad JWT before a session', { cookie: SESSION }, '/?token=bad.j.wt', { code: 'unauthorized' }],
  ['an API key in the query', {}, '/?token=key', { code: 'unauthorized' }],
  ['a session', { cookie: SESSION }, '/', { kind: 'operator', user: 'admin', role: 'viewer', expires: 5 }],
  ['a session from its own page', { cookie: SESSION, origin: `https://${HOST}` }, '/', { kind: 'operator' }],
  [
    'a session from a named origin',
    { cookie: SESSION, origin: 'https://friend.example' },
    '/',
    { kind: 'operator' },
  ],
  [
    'a session from a page let in by *',
    { cookie: SESSION, origin: 'https://x.example' },
    '/',
    { kind: 'anonymous' },
  ],
  ['a session that has ended', { cookie: 'twinwire_session=old' }, '/', { kind: 'anonymous' }],
])('[W4] %s is identified', async (_name, headers, url, expected) => {
  expect(await identify({ headers: { host: HOST, ...headers }, url }, VISIT)).toMatchObject(expected)
})

test('a page of a foreign origin may not use the token cookie', async () => {
  const strict = createIdentify({
    access: { authenticate: async () => CLIENT, identifyKey: () => null },
    operators: { session: () => null, isOpen: () => false },
    origins: createOrigins({ host: '0.0.0.0', origins: [] }),
    hook: null,
  })
  const headers = { host: HOST, cookie: 'twinwire_token=good.j.wt', origin: 'https://evil.example' }
  expect(await strict({ headers, url: '/' }, VISIT)).toMatchObject({ code: 'forbidden' })
  expect(await strict({ headers: { ...headers, origin: `https://${HOST}` }, url: '/' }, VISIT)).toBe(CLIENT)
})

test('[W6] cookies do not count from pages that only * lets in: not for a token, not for the application', async () => {
  const headers = { host: HOST, cookie: 'twinwire_token=good.j.wt' }
  const from = (origin: string) => identify({ headers: { ...headers, origin }, url: '/' }, VISIT)
  expect(await from('https://x.example')).toMatchObject({
    code: 'forbidden',
    message: expect.stringContaining('name the origin in origins'),
  })
  expect(await from('https://friend.example')).toBe(CLIENT)
  // What a page has to say itself is no cookie.
  const open = { host: HOST, origin: 'https://x.example' }
  expect(await identify({ headers: open, url: '/?token=good.j.wt' }, VISIT)).toBe(CLIENT)
  expect(await identify({ headers: open, url: '/' }, VISIT)).toEqual({ kind: 'anonymous' })
  const beside = { ...headers, origin: 'https://x.example', cookie: 'twinwire_token=of.the.visitor' }
  expect(await identify({ headers: beside, url: '/?token=good.j.wt' }, VISIT)).toBe(CLIENT)

  const hooked = createIdentify({
    access: { authenticate: async () => CLIENT, identifyKey: () => null },
    operators: { session: () => null, isOpen: () => false },
    origins: createOrigins({ host: '127.0.0.1', origins: ['https://friend.example', '*'] }),
    hook: { takesAuthorization: true, identify: async () => CLIENT, forget: () => {} },
  })
  const visit = (origin: string) =>
    hooked({ headers: { host: HOST, cookie: 'sid=1', origin }, url: '/' }, VISIT)
  expect(await visit('https://x.example')).toMatchObject({ code: 'forbidden' })
  expect(await visit('https://friend.example')).toBe(CLIENT)
})

test('a page of a foreign origin does not make the gateway ask the application, whatever the browser adds', async () => {
  const identity: Identity = { ...CLIENT, user: 'ann' }
  const hooked = createIdentify({
    access: { authenticate: async () => CLIENT, identifyKey: () => null },
    operators: { session: () => null, isOpen: () => false },
    origins: createOrigins({ host: '0.0.0.0', origins: [] }),
    hook: { takesAuthorization: true, identify: async () => identity, forget: () => {} },
  })
  // Browsers answer a challenge of a proxy by themselves, with cookies beside it.
  for (const authorization of [undefined, 'Digest username="ann"', 'Negotiate YIIJvw']) {
    const headers = { host: HOST, cookie: 'sid=1', ...(authorization && { authorization }) }
    expect(await hooked({ headers, url: '/' }, VISIT)).toBe(identity)
    const foreign = { ...headers, origin: 'https://evil.example' }
    expect(await hooked({ headers: foreign, url: '/' }, VISIT)).toMatchObject({ code: 'forbidden' })
  }
})

const LOCAL = { host: '127.0.0.1', origins: [] }
const PUBLIC = { host: '0.0.0.0', origins: [] }
test.each<
  [string, Parameters<typeof createOrigins>[0], string | undefined, string | undefined, boolean, boolean]
>([
  ['no origin', PUBLIC, undefined, HOST, true, true],
  ['its own', PUBLIC, `http://${HOST}`, HOST, true, true],
  ['its own behind TLS', PUBLIC, `https://${HOST}`, HOST, true, true],
  ['its own with a default port', PUBLIC, `https://${HOST}`, `${HOST}:443`, true, true],
  ['its own in capitals', PUBLIC, `https://${HOST}`, HOST.toUpperCase(), true, true],
  ['another port', PUBLIC, `http://${HOST}:8000`, HOST, false, false],
  ['a longer name', PUBLIC, `http://${HOST}.evil.example`, HOST, false, false],
  ['a subdomain', PUBLIC, `http://a.${HOST}`, HOST, false, false],
  ['an opaque origin', PUBLIC, 'null', HOST, false, false],
  ['an opaque origin without Host', PUBLIC, 'null', undefined, false, false],
  ['nonsense', PUBLIC, 'http://', HOST, false, false],
  [
    'publicUrl',
    { ...PUBLIC, publicUrl: 'https://site.example/rt' },
    'https://site.example',
    '10.0.0.1:8080',
    true,
    true,
  ],
  ['a named origin', { ...PUBLIC, origins: ['https://a.example'] }, 'https://a.example', HOST, true, true],
  [
    'not the named one',
    { ...PUBLIC, origins: ['https://a.example'] },
    'http://a.example',
    HOST,
    false,
    false,
  ],
  ['any by *', { ...PUBLIC, origins: ['*'] }, 'https://x.example', HOST, true, false],
  ['an opaque one by *', { ...PUBLIC, origins: ['*'] }, 'null', HOST, true, false],
  ['loopback in development', LOCAL, 'http://localhost:8000', '127.0.0.1:8080', true, false],
  ['loopback by address', LOCAL, 'http://127.0.0.2:8000', 'localhost:8080', true, false],
  ['loopback by IPv6', LOCAL, 'http://[::1]:8000', '127.0.0.1:8080', true, false],
  [
    'loopback, listening on ::1',
    { host: '::1', origins: [] },
    'http://app.localhost',
    '[::1]:8080',
    true,
    false,
  ],
  ['a name that looks like loopback', LOCAL, 'http://127.0.0.1.evil.example', '127.0.0.1:8080', false, false],
  [
    'loopback once origins are named',
    { ...LOCAL, origins: ['https://a.example'] },
    'http://localhost:8000',
    '127.0.0.1:8080',
    false,
    false,
  ],
  ['loopback, listening to all', PUBLIC, 'http://localhost:8000', HOST, false, false],
])('[W6] %s', (_name, config, origin, host, allowed, trusted) => {
  const origins = createOrigins(config)
  expect([origins.allows(origin, host), origins.trusts(origin, host)]).toEqual([allowed, trusted])
})

test('[S2] allowed origins get CORS headers with credentials, others only Vary', () => {
  const origins = createOrigins({ ...PUBLIC, origins: ['https://a.example'] })
  expect(origins.corsHeaders('https://a.example', HOST)).toEqual({
    vary: 'Origin',
    'access-control-allow-origin': 'https://a.example',
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'Retry-After',
  })
  expect(origins.corsHeaders('https://b.example', HOST)).toEqual({ vary: 'Origin' })
  expect(origins.corsHeaders(undefined, HOST)).toEqual({ vary: 'Origin' })
})

test.each([
  ['/ws', '/ws'],
  ['/ws?channels=a', '/ws?channels=a'],
  ['/ws?token=abc', '/ws?token=***'],
  ['/ws?channels=a&token=abc&since=x', '/ws?channels=a&token=***&since=x'],
  ['/ws?%74oken=abc', '/ws?%74oken=***'],
  ['/ws?TOKEN=abc&access_token=d', '/ws?TOKEN=***&access_token=***'],
  ['/ws?token=a=b?c', '/ws?token=***'],
  ['/ws?a=%E0%A4%A&token=x', '/ws?a=%E0%A4%A&token=***'],
  ['/ws?tokens=abc&token', '/ws?tokens=abc&token'],
])('%s is logged as %s', (url, logged) => {
  expect(redactUrl(url)).toBe(logged)
})
