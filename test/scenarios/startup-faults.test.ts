// Rule R6 at the start: what cannot work is said in one line on stderr, with a non-zero exit and nothing touched.

import { spawnSync } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import {
  ENTRY,
  makeFolder,
  run,
  startGateway,
  testConfig,
  untilEnd,
  writeConfig,
} from '../harness/gateway.ts'
import type { Scope } from '../harness/scope.ts'

interface Refusal {
  code: number | null
  line: string
}

/** Runs a gateway that must not start; returns its exit code and the one line it wrote. */
async function refusal(scope: Scope, folder: string, env = {}, as?: { uid: number }): Promise<Refusal> {
  const started = run(folder, env, as)
  scope.onTestFinished(() => started.child.kill('SIGKILL'))
  const { code } = await untilEnd(started)
  expect(started.stdout).not.toContain('listening on')
  const lines = started.stderr.split('\n').filter(line => line !== '')
  expect(lines, started.stderr).toHaveLength(1)
  expect(lines[0]).not.toMatch(/^\s+at /)
  expect(code).not.toBe(0)
  expect(code).not.toBeNull()
  return { code, line: lines[0]! }
}

const configs: [string, string | object, string][] = [
  ['an unknown key', { prot: 8080 }, 'port'],
  ['an unknown key deep inside', { limits: { conections: 5 } }, 'connections'],
  ['a wrong type', { port: 'many' }, 'port'],
  ['a port that is none', { port: 70_000 }, 'port'],
  ['a duration that is none', { heartbeat: '25 parsecs' }, 'heartbeat'],
  ['a secret that is too short', { auth: { jwt: { secret: 'short' } } }, 'secret'],
  ['a rule without a match', { channels: [{ subscribe: 'anyone' }] }, 'match'],
  ['a rule that nobody knows', { channels: [{ match: '*', subscribe: 'friends' }] }, 'subscribe'],
  ['broken YAML', 'port: [1, 2', 'twinwire.yaml'],
  ['a list instead of keys', '- port: 1', 'twinwire.yaml'],
]

test.for(configs)(
  '[R6] configuration with %s: exit 78, and the line names it',
  async ([, config, named], t) => {
    const folder = await makeFolder(t, config)
    const { code, line } = await refusal(t, folder)
    expect(code).toBe(78)
    expect(line).toContain(named)
    expect(await readdir(folder)).toEqual(['twinwire.yaml'])
  },
)

test('[R6] TWINWIRE_CONFIG names a file that is not there', async t => {
  const folder = await makeFolder(t)
  const { line } = await refusal(t, folder, { TWINWIRE_CONFIG: 'elsewhere.yaml' })
  expect(line).toContain('elsewhere.yaml')
})

test('[R6] the port is taken', async t => {
  const first = await startGateway(t)
  const folder = await makeFolder(t, { ...testConfig(), port: first.port })
  const { line } = await refusal(t, folder)
  expect(line).toContain(String(first.port))
  expect(line).toContain('TWINWIRE_PORT')
})

test.for(['192.0.2.77', 'no host of this name'])(
  '[R6] the host %s is none of this machine',
  async (host, t) => {
    const folder = await makeFolder(t, testConfig({ host }))
    const { line } = await refusal(t, folder)
    expect(line).toContain(host)
    expect(line).toContain('set host')
  },
)

test('[R6] a second gateway on the same data folder; the first one is not disturbed', async t => {
  const first = await startGateway(t)
  const folder = await makeFolder(t, testConfig({ dataDir: first.dataDir }))
  const { line } = await refusal(t, folder)
  expect(line).toContain(first.dataDir)
  expect(line).toContain(`process ${first.pid}`)
  expect(await first.publish('public:a', 1)).toMatch(/-1$/)
})

test('[R6] a second gateway is told of a first one in another container, and of none that is not there', async t => {
  const first = await startGateway(t)
  const folder = await makeFolder(t, testConfig({ dataDir: first.dataDir }))
  const note = join(first.dataDir, 'log.pid')
  await writeFile(note, '1 some-container\n')
  expect((await refusal(t, folder)).line).toContain('(process 1 on some-container)')
  // What a killed gateway left behind, read in the moment before the new one writes its own.
  const ended = spawnSync('true').pid
  await writeFile(note, `${ended} ${hostname()}\n`)
  const { line } = await refusal(t, folder)
  expect(line).toContain('in use by another gateway;')
})

test('[R6] after kill -9 the folder is free again at once', async t => {
  const gateway = await startGateway(t)
  await gateway.kill('SIGKILL')
  await gateway.restart()
  expect(await gateway.publish('public:a', 1)).toMatch(/-1$/)
})

const NOBODY = { uid: 65_534 }

test('[R6] the data folder is not writable', async t => {
  const folder = await makeFolder(t, testConfig())
  const data = join(folder, 'data')
  await mkdir(data)
  const isRoot = process.getuid!() === 0
  // Root writes anywhere; it runs the gateway as nobody instead.
  await chmod(folder, 0o755)
  await chmod(data, 0o555)
  t.onTestFinished(() => chmod(data, 0o755))
  const { line } = await refusal(t, folder, {}, isRoot ? NOBODY : undefined)
  expect(line).toContain('data')
  expect(await readdir(data)).toEqual([])
})

test('[R6] the data folder is a file, with or without secrets to be generated', async t => {
  for (const config of [{ port: 0, dataDir: 'twinwire.yaml' }, testConfig({ dataDir: 'twinwire.yaml' })]) {
    const folder = await makeFolder(t, config)
    const { line } = await refusal(t, folder)
    expect(line).toContain('folder')
    expect(line).toContain('cannot be made')
    expect(await readdir(folder)).toEqual(['twinwire.yaml'])
  }
})

// There `mkdir` says of a folder that exists that it does not, and the one of Node asks for ever.
test.runIf(process.platform === 'linux')('[R6] the data folder is where no folder can be made', async t => {
  for (const config of [{ port: 0, dataDir: '/proc/twinwire' }, testConfig({ dataDir: '/proc/twinwire' })]) {
    const { line } = await refusal(t, await makeFolder(t, config))
    expect(line).toContain('/proc/twinwire')
  }
})

/** The database of a gateway that ran before: the one file in its folder that begins as SQLite files do. */
async function databaseOf(scope: Scope): Promise<{ folder: string; file: string }> {
  const gateway = await startGateway(scope)
  await gateway.publish('public:a', 1)
  await gateway.kill('SIGTERM')
  await writeConfig(gateway.folder, testConfig())
  return { folder: gateway.folder, file: join(gateway.dataDir, 'log.db') }
}

test('[R6] the log is not a database: refused, and left as it is', async t => {
  const { folder, file } = await databaseOf(t)
  const content = 'These are my holiday pictures.\n'.repeat(200)
  await writeFile(file, content)
  const { line } = await refusal(t, folder)
  expect(line).toContain(file.split('/').at(-1))
  expect(await readFile(file, 'utf8')).toBe(content)
})

test('[R6] the log is of a newer version: refused, and left as it is', async t => {
  const { folder, file } = await databaseOf(t)
  const database = new DatabaseSync(file)
  database.exec('PRAGMA user_version = 9999')
  database.close()
  const before = await readFile(file)
  const { line } = await refusal(t, folder)
  expect(line).toMatch(/newer|version/)
  expect(before.equals(await readFile(file))).toBe(true)
})

test('[R6] the log is damaged: one line says what to do, and it is left as it is', async t => {
  const { folder, file } = await databaseOf(t)
  // Its first page is sound, so that it looks like a log; the tables behind it are not.
  const content = await readFile(file)
  content.fill(0xff, 4096)
  await writeFile(file, content)
  const { code, line } = await refusal(t, folder)
  expect(code).toBe(1)
  expect(line).toMatch(/log\.db is damaged .*twinwire restore FILE.*or move it away/)
  expect(content.equals(await readFile(file))).toBe(true)
})

test('[R6] another program holds the log locked: one line says so', async t => {
  const { folder, file } = await databaseOf(t)
  const stranger = new DatabaseSync(file)
  t.onTestFinished(() => stranger.close())
  stranger.exec('BEGIN EXCLUSIVE')
  const { code, line } = await refusal(t, folder)
  expect(code).toBe(1)
  expect(line).toMatch(/log\.db is locked by another program/)
})

test('[R6] secrets that cannot be read are not replaced', async t => {
  const folder = await makeFolder(t, { port: 0 })
  const data = join(folder, 'data')
  await mkdir(data)
  await writeFile(join(data, 'secrets.json'), '{"half')
  const { line } = await refusal(t, folder)
  expect(line).toContain('secrets.json')
  expect(await readFile(join(data, 'secrets.json'), 'utf8')).toBe('{"half')
})

test('[R6] an unknown command: one line that names those there are, exit 64', async () => {
  const { status, stderr } = spawnSync(process.execPath, [ENTRY, 'sing'], { encoding: 'utf8' })
  expect(status).toBe(64)
  expect(stderr).toMatch(
    /^twinwire: there is no command "sing".*api-key, backup, explain, hash-password, help, key, restore, token\n$/,
  )
})

test('`twinwire hash-password` makes a hash that signs in, and asks for a password when there is none', async t => {
  const input = 'correct horse\n'
  const { stdout } = spawnSync(process.execPath, [ENTRY, 'hash-password'], { encoding: 'utf8', input })
  const gateway = await startGateway(t, { config: { admin: { user: 'ada', passwordHash: stdout.trim() } } })
  const signIn = (password: string) =>
    fetch(`${gateway.url}/api/session`, { method: 'POST', body: JSON.stringify({ user: 'ada', password }) })
  expect((await signIn('correct horse')).status).toBe(200)
  expect((await signIn('battery staple')).status).toBe(401)
  const empty = spawnSync(process.execPath, [ENTRY, 'hash-password'], { encoding: 'utf8', input: '' })
  expect([empty.status, empty.stderr]).toEqual([64, expect.stringContaining('no password on stdin')])
})
