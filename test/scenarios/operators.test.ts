// Operators: sessions that outlive the process, signing out everywhere, viewers who change nothing.

import { expect, test } from 'vitest'
import { runCommand } from '../harness/command.ts'
import { type Gateway, PASSWORD, startGateway } from '../harness/gateway.ts'
import { shared } from '../harness/scope.ts'
import { transports } from '../harness/transports.ts'
import { openWebSocket } from '../harness/websocket.ts'

const VIEWER = { user: 'eve', password: 'password-of-a-viewer', role: 'viewer' }

const gateway = shared(scope => startGateway(scope, { config: { operators: [VIEWER] } }))

async function signIn(own: Gateway, user = 'admin', password = PASSWORD) {
  const { status, headers, json } = await own.api('POST', '/api/session', {
    key: null,
    body: { user, password },
  })
  expect(status).toBe(200)
  const Cookie = headers.get('set-cookie')!.split(';')[0]!
  return { headers: { Cookie, 'X-CSRF-Token': json.csrf! }, key: null }
}

test('a session survives a kill -9 and a restart, its CSRF token too', async t => {
  const own = await startGateway(t)
  const session = await signIn(own)
  await own.kill('SIGKILL')
  await own.restart()
  expect((await own.api('GET', '/api/session', session)).json).toMatchObject({
    user: 'admin',
    csrf: session.headers['X-CSRF-Token'],
  })
  const body = { channel: 'public:a', data: 1 }
  expect((await own.api('POST', '/api/publish', { ...session, body })).status).toBe(200)
  // A new password is set because the old one was no secret any more: nobody may go on with what it opened.
  await own.kill('SIGKILL')
  await own.restart({ admin: { user: 'admin', password: 'another password' } })
  expect((await own.api('GET', '/api/session', session)).status).toBe(401)
})

test('[N2] signing out everywhere ends every session of the user and its streams, and nobody else', async t => {
  const [one, other, eve] = [
    await signIn(gateway()),
    await signIn(gateway()),
    await signIn(gateway(), VIEWER.user, VIEWER.password),
  ]
  const channels = ['$events']
  const open = ({ headers }: typeof one) =>
    transports.map(transport => transport.open(t, gateway().url, { channels, headers }))
  const streams = await Promise.all([...open(one), ...open(other)])
  const hers = await Promise.all(open(eve))
  for (const stream of [...streams, ...hers]) await stream.next('live')
  const unforged = { headers: { Cookie: one.headers.Cookie }, key: null }
  expect((await gateway().api('DELETE', '/api/session?everywhere=true', unforged)).status).toBe(403)
  expect((await gateway().api('DELETE', '/api/session?everywhere=true', one)).status).toBe(204)
  for (const stream of streams) {
    expect(await stream.next('goodbye')).toMatchObject({ code: 'unauthorized', reconnect: false })
  }
  for (const session of [one, other]) {
    expect((await gateway().api('GET', '/api/session', session)).status).toBe(401)
  }
  expect((await gateway().api('GET', '/api/session', eve)).status).toBe(200)
  for (const stream of hers) expect(stream.frames.some(({ type }) => type === 'goodbye')).toBe(false)
})

test('[N2] a viewer hears and reads everything, and changes nothing over any door', async t => {
  const eve = await signIn(gateway(), VIEWER.user, VIEWER.password)
  const { headers } = eve
  await gateway().publish('private:a', 'seen')
  const socket = await openWebSocket(t, gateway().url, {
    channels: ['$stats', 'private:a'],
    headers,
    history: 10,
  })
  expect(await socket.next('message')).toMatchObject({ channel: 'private:a', data: 'seen' })
  expect(await socket.next({ channel: '$stats' })).toMatchObject({ type: 'message' })
  const refused = await socket.ask({ type: 'publish', channel: 'public:a', data: 1 })
  expect(refused).toMatchObject({ type: 'failure', code: 'forbidden' })
  expect(refused.message).toMatch(/"eve" is signed in as a viewer/)
  expect((await gateway().api('GET', '/api/audit', eve)).status).toBe(200)
  for (const [method, path] of [
    ['POST', '/api/publish'],
    ['POST', '/api/keys'],
    ['DELETE', '/api/keys/test'],
    ['DELETE', '/api/channels/private%3Aa/messages'],
    ['DELETE', '/api/users/ann/connections'],
  ] as const) {
    const body = { channel: 'public:a', data: 1 }
    const answer = await gateway().api(method, path, { ...eve, ...(method === 'POST' && { body }) })
    expect([answer.status, answer.json.code], `${method} ${path}`).toEqual([403, 'forbidden'])
    expect(answer.json.detail).toMatch(/sign in as an operator/)
  }
})

test('the cookie is Secure where the browser comes by https', async t => {
  const own = await startGateway(t, { config: { trustProxy: true } })
  const cookie = async (headers: Record<string, string>) => {
    const body = { user: 'admin', password: PASSWORD }
    return (await own.api('POST', '/api/session', { key: null, body, headers })).headers.get('set-cookie')!
  }
  expect(await cookie({})).not.toMatch(/Secure/)
  expect(await cookie({ 'X-Forwarded-Proto': 'https' })).toMatch(/; Secure$/)
})

test('no secret of a full run is in its output, its audit log, or the answers of the API', async t => {
  const own = await startGateway(t, { config: { logLevel: 'trace', drain: 0, operators: [VIEWER] } })
  const session = await signIn(own)
  const made = await own.api('POST', '/api/keys', { ...session, body: { name: 'shop', publish: ['*'] } })
  const { key } = made.json as { key?: string }
  const byCommand = (await runCommand(own.folder, 'key', 'create', 'cli', '--read')).stdout.trim()
  const token = own.jwt({ sub: 'ann', subscribe: ['*'] })
  await own.api('POST', '/api/publish', { key: key!, body: { channel: 'public:a', data: 1 } })
  await own.api('POST', '/api/publish', { key: `${key}0`, body: '{' })
  await own.api('GET', `/api/channels?token=${token}`, { key: null })
  await own.api('GET', '/api/nothing', { key: byCommand })
  await own.api('POST', '/api/session', {
    key: null,
    body: { user: 'typed-in-the-wrong-field', password: 'x' },
  })
  for (const transport of transports) {
    await transport.open(t, own.url, { channels: 'a', token })
    await transport.open(t, own.url, { channels: '$events', headers: session.headers })
    await transport.open(t, own.url, { channels: 'a', headers: { Authorization: `Bearer ${key}` } })
  }
  const answers = await Promise.all(
    ['audit', 'keys', 'connections', 'channels', 'stats'].map(path => own.api('GET', `/api/${path}`)),
  )
  await own.api('DELETE', '/api/keys/shop', session)
  await own.kill('SIGTERM')
  const output = [own.stdout, own.stderr, ...answers.map(({ text }) => text)].join('\n')
  const id = session.headers.Cookie.split('=')[1]!
  const secrets = { key, byCommand, token, id, csrf: session.headers['X-CSRF-Token'], own: own.apiKey }
  for (const [name, secret] of Object.entries({ ...secrets, PASSWORD, typed: 'typed-in-the-wrong-field' })) {
    expect(output.includes(secret!), name).toBe(false)
  }
})
