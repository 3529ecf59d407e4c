// What operators look up over HTTP: events, rules, tokens, settings; to whom it is open, and what it never tells.

import { expect, test } from 'vitest'
import { describeRunning } from '../../gateway/config/describe-running.ts'
import { readEnvironment } from '../../gateway/config/environment.ts'
import type { KeptEvent } from '../../shared/kept-event.ts'
import { PASSWORD, READ_KEY, startApi, token } from './api-fixture.ts'
import { openTestRecords } from './records-folder.ts'

const EVENT: KeptEvent = {
  id: 1,
  time: 1767225600000,
  kind: 'refused',
  code: 'forbidden',
  user: 'ann',
  channel: 'orders:7',
  message: 'The rule "*" does not let this connection receive "orders:7".',
  count: 1,
}

test.each([
  ['GET', '/api/events'],
  ['GET', '/api/rules'],
  ['GET', '/api/settings'],
  ['POST', '/api/tokens/verify'],
] as const)('%s %s is for operators and admin keys, viewers too', async (method, url) => {
  const api = await startApi()
  const body = method === 'POST' ? { body: { token: 'x' } } : {}
  const status = async (options: object) => (await api.call(method, url, { ...body, ...options })).statusCode
  expect(await status({ as: null })).toBe(401)
  expect(await status({ as: READ_KEY })).toBe(403)
  expect(await status({})).toBe(200)
  const login = await api.call('POST', '/api/session', {
    as: null,
    body: { user: 'eve', password: PASSWORD },
  })
  const cookie = String(login.headers['set-cookie']).split(';')[0]!
  expect(await status({ as: null, headers: { cookie, 'x-csrf-token': login.json().csrf } })).toBe(200)
})

test('events are read by kind, text, moment and page', async () => {
  const { events } = openTestRecords()
  events.save([
    EVENT,
    {
      ...EVENT,
      id: 2,
      time: EVENT.time + 2,
      kind: 'gap',
      code: 'slow',
      message: '',
      count: 3,
      lastTime: EVENT.time + 5,
    },
  ])
  const api = await startApi({ events })
  const all = await api.call('GET', '/api/events')
  expect(all.json()).toEqual({ events: [expect.objectContaining({ id: 2, count: 3 }), EVENT] })
  expect((await api.call('GET', '/api/events?limit=1')).json()).toMatchObject({
    events: [{ id: 2 }],
    next: 2,
  })
  const ids = async (query: string) =>
    (await api.call('GET', `/api/events?${query}`)).json().events.map(({ id }: KeptEvent) => id)
  expect(await ids('kind=refused')).toEqual([1])
  expect(await ids('kind=refused,gap&text=ORDERS:7')).toEqual([2, 1])
  expect(await ids('before=2&user=ann')).toEqual([1])
  expect(await ids(`until=${EVENT.time + 1}`)).toEqual([1])
  expect(await ids(`until=${EVENT.time + 2}`)).toEqual([2, 1])
  // Of what came since, however much, nothing has to be paged through.
  const later = Array.from({ length: 6000 }, (_, index) => ({
    ...EVENT,
    id: 3 + index,
    time: EVENT.time + 10 + index,
  }))
  events.save(later)
  expect(await ids(`until=${EVENT.time + 2}`)).toEqual([2, 1])
  expect(await ids(`until=${EVENT.time + 12}&limit=2`)).toEqual([5, 4])
  expect(await ids(`until=${EVENT.time - 1}`)).toEqual([])
  const wrong = await api.call('GET', '/api/events?kind=refusals')
  expect([wrong.statusCode, wrong.json().detail]).toEqual([
    400,
    expect.stringMatching(/kinds are connected, /),
  ])
})

test('[N3] rules are listed in their order, and a channel is told which of them it meets', async () => {
  const api = await startApi()
  const { rules, everyone, isBuiltIn } = (await api.call('GET', '/api/rules')).json()
  expect(rules.map(({ match }: { match: string }) => match)).toEqual(['live:*', 'chat:*', 'public:*', '*'])
  expect(rules[0].history).toBe(false)
  expect([everyone, isBuiltIn]).toEqual([['news'], false])
  const tried = async (channel: string) =>
    (await api.call('GET', `/api/rules?channel=${channel}`)).json().tried
  expect(await tried('chat:1')).toMatchObject({ channel: 'chat:1', index: 1, rule: { match: 'chat:*' } })
  expect(await tried('@ann')).toMatchObject({ index: null, rule: { match: '@*' } })
  expect((await api.call('GET', '/api/rules?channel=a%20b')).statusCode).toBe(400)
})

test('a token is read and judged as a connection would be, and never repeated', async () => {
  const api = await startApi()
  const verify = (text: string) => api.call('POST', '/api/tokens/verify', { body: { token: text } })
  const good = token({ sub: 'ann', subscribe: ['orders:*'] })
  const answer = await verify(` Bearer ${good}\n`)
  expect(answer.headers['cache-control']).toBe('no-store')
  expect(answer.json()).toMatchObject({
    valid: true,
    header: { alg: 'HS256' },
    claims: { sub: 'ann', subscribe: ['orders:*'] },
    expires: expect.any(Number),
  })
  expect(answer.body).not.toContain(good)
  const old = (await verify(token({ sub: 'ann', exp: 1000 }))).json()
  expect(old).toMatchObject({ valid: false, code: 'unauthorized', claims: { exp: 1000 } })
  expect(old.reason).toMatch(/expired .* ago \(exp 1000\)/)
  const forged = (await verify(`${good.slice(0, -5)}AAAAA`)).json()
  expect(forged).toMatchObject({ valid: false, claims: { sub: 'ann' } })
  expect(forged.reason).toMatch(/signature does not fit/)
  expect((await verify('rubbish')).json()).toEqual({
    valid: false,
    code: 'unauthorized',
    reason: expect.stringMatching(/not a JWT/),
  })
  expect((await verify('')).statusCode).toBe(400)
})

test('a token too long to be used is refused, and one too deep to be shown is judged all the same', async () => {
  const api = await startApi()
  const verify = (text: string) => api.call('POST', '/api/tokens/verify', { body: { token: text } })
  const nested = `{"a":${'['.repeat(5900)}${']'.repeat(5900)}}`
  const deep = await verify(`${Buffer.from(nested).toString('base64url')}.e30.x`)
  expect([deep.statusCode, deep.json()]).toMatchObject([200, { valid: false, claims: {} }])
  const long = await verify('.'.repeat(17_000))
  expect([long.statusCode, long.json().detail]).toEqual([400, expect.stringContaining('longer than 16 KiB')])
})

const SECRETS = {
  jwt: 'j'.repeat(32),
  key: 'a-key-of-a-backend',
  password: 'the password of ben',
  hook: 'h'.repeat(32),
  environment: 'the key in the environment',
}

test('settings show every value with its place, and no secret', async () => {
  const values = {
    heartbeat: '10s',
    limits: { messageBytes: '64KiB' },
    auth: {
      jwt: { secret: SECRETS.jwt, jwksUrl: 'HTTPS://id.example/keys?key=hidden-too' },
      hook: { url: 'https://app.example/hook?key=hidden-too' },
    },
    apiKeys: [{ name: 'shop', key: SECRETS.key, publish: ['orders:*'] }],
    operators: [{ user: 'ben', password: SECRETS.password }],
  }
  const apiKeys = [{ name: 'shop', key: SECRETS.key, publish: ['orders:*'], read: true, admin: false }]
  const env = readEnvironment({ TWINWIRE_PORT: '9000', TWINWIRE_ADMIN_PASSWORD: SECRETS.environment })
  const secrets = { hookSecret: SECRETS.hook }
  const running = describeRunning({ path: '/etc/twinwire.yaml', values }, env, { secrets, apiKeys })
  const api = await startApi({ running })
  const answer = await api.call('GET', '/api/settings')
  for (const secret of [...Object.values(SECRETS), 'hidden-too']) expect(answer.body).not.toContain(secret)
  const { settings, versions } = answer.json() as {
    settings: { key: string; value: unknown; source: string; isChanged: boolean; variable?: string }[]
    versions: Record<string, string>
  }
  expect(versions).toEqual({
    gateway: '0.0.0-test',
    node: process.versions.node,
    sqlite: expect.stringMatching(/^3\./),
  })
  const at = (key: string) => settings.find(each => each.key === key)
  expect(at('heartbeat')).toMatchObject({ value: '10s', default: '25s', source: 'file', isChanged: true })
  expect(at('limits.messageBytes')).toMatchObject({ source: 'file', isChanged: false })
  expect(at('drain')).toMatchObject({ value: '5s', source: 'default', isChanged: false })
  expect(at('port')).toMatchObject({ value: 9000, source: 'environment', variable: 'TWINWIRE_PORT' })
  expect(at('auth.jwt.secret')).toMatchObject({ value: '(hidden)', source: 'file', isChanged: true })
  expect(at('auth.hook.secret')).toMatchObject({ value: '(hidden)', source: 'generated', isChanged: false })
  expect(at('auth.hook.url')).toMatchObject({ value: 'https://app.example/hook?(hidden)' })
  expect(at('auth.jwt.jwksUrl')).toMatchObject({ value: 'HTTPS://id.example/keys?(hidden)' })
  expect(at('apiKeys')).toMatchObject({ value: [{ name: 'shop', key: '(hidden)', publish: ['orders:*'] }] })
  expect(at('operators')).toMatchObject({ value: [{ user: 'ben', password: '(hidden)' }] })
  expect(at('tls')).toMatchObject({ value: null, default: null, source: 'default', isChanged: false })
})
