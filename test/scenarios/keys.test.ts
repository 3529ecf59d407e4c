// API keys at run time: made and revoked through the API and the command line, effective at once on live use.

import { expect, test } from 'vitest'
import { runCommand } from '../harness/command.ts'
import { poll } from '../harness/deadline.ts'
import { startGateway } from '../harness/gateway.ts'
import { freshChannel } from '../harness/names.ts'
import { type Scope, shared } from '../harness/scope.ts'
import { transports } from '../harness/transports.ts'
import { openWebSocket } from '../harness/websocket.ts'

const gateway = shared(scope => startGateway(scope))

const bearer = (key: string) => ({ headers: { Authorization: `Bearer ${key}` } })

async function makeKey(name: string, scope: object): Promise<string> {
  const { status, json, text } = await gateway().api('POST', '/api/keys', { body: { name, ...scope } })
  expect(status, text).toBe(201)
  return (json as { key?: string }).key!
}

async function publish(key: string, channel: string) {
  return gateway().api('POST', '/api/publish', { key, body: { channel, data: 'by a key' } })
}

test.for(transports)(
  '[W4] a revoked key: what it holds open over $name ends with 4401, requests are refused',
  async (transport, t) => {
    const [revoked, kept] = [
      await makeKey(`gone-${transport.name}`, { read: true }),
      await makeKey(`kept-${transport.name}`, { read: true }),
    ]
    const channel = freshChannel()
    const open = (key: string) => transport.open(t, gateway().url, { channels: channel, ...bearer(key) })
    const subscribers = [await open(revoked), await open(revoked)]
    const other = await open(kept)
    for (const subscriber of [...subscribers, other]) await subscriber.next('live')
    expect((await gateway().api('DELETE', `/api/keys/gone-${transport.name}`)).status).toBe(204)
    for (const subscriber of subscribers) {
      const goodbye = await subscriber.next('goodbye')
      expect(goodbye).toMatchObject({ code: 'unauthorized', reconnect: false })
      expect(goodbye.reason).toMatch(/was revoked: use another one/)
      const end = await subscriber.ended
      if (transport.name === 'WebSocket') expect(end.closeCode).toBe(4401)
    }
    expect((await gateway().api('GET', '/api/channels', { key: revoked })).status).toBe(401)
    await gateway().publish(channel, 'still here')
    expect(await other.next('message')).toMatchObject({ data: 'still here' })
  },
)

test('[W4] a key publishes within its scope over both doors, and not beyond it', async t => {
  const key = await makeKey('scoped', { publish: ['public:scoped*'] })
  expect((await publish(key, 'public:scoped-1')).status).toBe(200)
  expect((await publish(key, 'public:other')).status).toBe(403)
  const socket = await openWebSocket(t, gateway().url, bearer(key))
  expect(await socket.ask({ type: 'publish', channel: 'public:scoped-1', data: 1 })).toMatchObject({
    type: 'published',
  })
  const beyond = await socket.ask({ type: 'publish', channel: 'public:other', data: 1 })
  expect(beyond).toMatchObject({ type: 'failure', code: 'forbidden' })
  const read = await socket.ask({ type: 'subscribe', channel: 'public:scoped-1' })
  expect(read).toMatchObject({ type: 'failure', code: 'forbidden' })
})

test('[H5] the rate of a key is one for all its connections and requests: `rate_limited` and 429', async t => {
  const channel = freshChannel()
  const key = await makeKey('rated', { publish: ['*'], publishPerSecond: 1 })
  const body = Array.from({ length: 100 }, () => ({ channel, data: 1 }))
  expect((await gateway().api('POST', '/api/publish', { key, body })).status).toBe(200)
  const limited = await publish(key, channel)
  expect(limited.status).toBe(429)
  expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(10)
  const socket = await openWebSocket(t, gateway().url, bearer(key))
  const answer = await socket.ask({ type: 'publish', channel, data: 1 })
  expect(answer).toMatchObject({ type: 'failure', code: 'rate_limited', channel })
  expect(answer.message).toMatch(/"rated" may publish 1 messages a second .* wait \d+ ms/)
  // The configuration's key has no rate.
  await gateway().publish(channel, 'unhindered')
})

test('a key cannot make one that may do more than itself', async () => {
  const key = await makeKey('limited', { publish: ['shop:*'], admin: true })
  const make = (name: string, publish: string[]) =>
    gateway().api('POST', '/api/keys', { key, body: { name, publish, read: true, admin: true } })
  expect((await make('child', ['shop:1', 'shop:*:paid'])).status).toBe(201)
  const refused = await make('big', ['shop:1', '*'])
  expect([refused.status, refused.json.code]).toEqual([403, 'forbidden'])
  expect(refused.json.detail).toMatch(/may not publish to all of "\*"/)
})

test('[R1] keys made and revoked stay so through a kill -9', async t => {
  const own = await startGateway(t)
  const make = async (name: string) => {
    const { json } = await own.api('POST', '/api/keys', { body: { name, read: true } })
    return (json as { key?: string }).key!
  }
  const [kept, revoked] = [await make('kept'), await make('revoked')]
  await own.api('DELETE', '/api/keys/revoked')
  await own.kill('SIGKILL')
  await own.restart()
  expect((await own.api('GET', '/api/channels', { key: kept })).status).toBe(200)
  expect((await own.api('GET', '/api/channels', { key: revoked })).status).toBe(401)
})

test('the command line makes, lists and revokes keys of a gateway that runs', async t => {
  const own = await startGateway(t)
  const made = await runCommand(own.folder, 'key', 'create', 'shop', '--publish', 'public:*', '--read')
  expect(made).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^tw_[0-9a-f]{64}\n$/) })
  const key = made.stdout.trim()
  const stream = await transports[0]!.open(t, own.url, { channels: 'public:a', ...bearer(key) })
  await stream.next('live')
  const listed = await runCommand(own.folder, 'key', 'list')
  expect(listed.stdout).toMatch(/^shop\tpublish public:\*, read\trecords\t/m)
  expect(listed.stdout).not.toContain(key)
  expect(await runCommand(own.folder, 'key', 'revoke', 'shop')).toEqual({ code: 0, stdout: '', stderr: '' })
  expect(await stream.next('goodbye')).toMatchObject({ code: 'unauthorized' })
  expect((await own.api('GET', '/api/channels', { key })).status).toBe(401)
  const { json } = await own.api('GET', '/api/audit?action=key_revoke')
  expect(json).toMatchObject({ entries: [{ kind: 'console', target: 'shop' }] })
})

test.for([
  [['key', 'revoke', 'test'], /stands in the gateway's configuration/],
  [['token', '--subscribe', 'a b'], /subscribe\[0\] is no channel pattern/],
] as const)('twinwire %j is refused in one line', async ([args, line]) => {
  const ran = await runCommand(gateway().folder, ...args)
  expect(ran).toMatchObject({ code: 64, stdout: '' })
  expect(ran.stderr).toMatch(line)
  expect(ran.stderr.trim().split('\n')).toHaveLength(1)
})

test('[W4] the command line mints a token that the gateway takes, and prints nothing else', async t => {
  const args = ['--user', 'ann', '--subscribe', 'orders:*', '--publish', 'orders:1', '--info', '{"a":1}']
  const { stdout, stderr } = await runCommand(gateway().folder, 'token', ...args, '--expires', '2m')
  expect([stderr, stdout]).toEqual(['', expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)])
  const token = stdout.trim()
  const claims = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString())
  expect(claims.exp - claims.iat).toBeLessThanOrEqual(121)
  const socket = await openWebSocket(t, gateway().url, { token, channels: 'orders:1' })
  expect(await socket.next('welcome')).toMatchObject({ user: 'ann' })
  expect(await socket.ask({ type: 'publish', channel: 'orders:1', data: 1 })).toMatchObject({
    type: 'published',
  })
})

test('a use of a key is shown, and outlives a stop', async t => {
  const own = await startGateway(t, { config: { drain: 0 } })
  const before = Date.now()
  const lastUsed = async () => {
    const { json } = await own.api('GET', '/api/keys')
    return (json as { keys: { name: string; lastUsed?: number }[] }).keys[0]!.lastUsed!
  }
  const used = await lastUsed()
  expect(used).toBeGreaterThanOrEqual(before)
  await own.kill('SIGTERM')
  await own.restart()
  const listed = await runCommand(own.folder, 'key', 'list')
  expect(listed.stdout).toContain(new Date(used).toISOString().slice(0, 16))
})

/** Not part of the harness: only here does anything hold the records' file. */
async function holdRecords(scope: Scope, dataDir: string): Promise<() => void> {
  const { DatabaseSync } = await import('node:sqlite')
  const db = new DatabaseSync(`${dataDir}/records.db`)
  scope.onTestFinished(() => db.close())
  db.exec('BEGIN IMMEDIATE')
  return () => db.exec('ROLLBACK')
}

test('records that cannot be written: keys are refused with 503, the rest goes on, and it passes by itself', async t => {
  const own = await startGateway(t)
  const victim = await openWebSocket(t, own.url, { channels: 'public:a' })
  const { connection } = await victim.next('welcome')
  const release = await holdRecords(t, own.dataDir)
  const make = () => own.api('POST', '/api/keys', { body: { name: 'late', read: true } })
  const refused = await make()
  expect([refused.status, refused.json.code]).toEqual([503, 'unavailable'])
  expect(refused.json.detail).toMatch(/nothing was changed: make room/)
  await own.publish('public:a', 'goes on')
  expect((await own.api('DELETE', `/api/connections/${connection}`)).status).toBe(204)
  expect(await victim.next('goodbye')).toMatchObject({ code: 'kicked' })
  await poll(async () => (own.stderr.includes('"action":"disconnect"') ? true : null), 'the warning')
  release()
  expect((await make()).status).toBe(201)
})
