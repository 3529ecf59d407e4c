// Loading the configuration: defaults, the file, the environment over it.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { loadConfig } from '../../gateway/config/load-config.ts'
import { BUILT_IN_RULES } from '../../gateway/core/channel-rules.ts'

const SECRET = 'a-secret-of-more-than-thirty-two-bytes'

async function folder(yaml?: string, name = 'twinwire.yaml'): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), 'twinwire-config-'))
  onTestFinished(() => rm(cwd, { recursive: true, force: true }))
  if (yaml !== undefined) await writeFile(join(cwd, name), yaml)
  return cwd
}

async function load(yaml?: string, env: Record<string, string> = {}) {
  return loadConfig({ cwd: await folder(yaml), env })
}

test('without a file every key has the default of protocol §9', async () => {
  const { config } = await load()
  expect(config).toMatchObject({
    host: '127.0.0.1',
    port: 8080,
    durability: 'normal',
    log: { maxBytes: 2 * 1024 ** 3 },
    origins: [],
    trustProxy: false,
    auth: { jwt: { requireExp: true } },
    admin: { user: 'admin' },
    everyone: [],
    limits: {
      connections: 19_000,
      connectionsPerAddress: 1000,
      connectRatePerAddress: 200,
      commandsPerSecond: 50,
      publishesPerSecond: 50,
      channelsPerConnection: 200,
      messageBytes: 65_536,
      bodyBytes: 1_048_576,
      receiveTimeoutMs: 30_000,
    },
    sse: { maxLifetimeMs: 3_600_000 },
    heartbeatMs: 25_000,
    drainMs: 5000,
    logLevel: 'info',
  })
  expect(config.channels).toEqual(BUILT_IN_RULES)
})

test('an empty file, and keys that stand empty, mean the defaults', async () => {
  expect((await load('# nothing yet\n')).config.port).toBe(8080)
  const { config } = await load('publicUrl:\nlimits:\nauth: { jwt: { secret: , issuer: } }\n')
  expect(config.publicUrl).toBeUndefined()
  expect(config.limits.connections).toBe(19_000)
})

test('the file is read in full', async () => {
  const { config } = await load(`
host: 0.0.0.0
port: 0
durability: full
log: { maxBytes: 1GiB }
origins: [https://App.Example.com:443, "http://localhost:3000", "*"]
auth: { jwt: { secret: ${SECRET}, previousSecret: ${SECRET}-old, issuer: me, audience: you, requireExp: false } }
apiKeys: [{ name: shop, key: k1, publish: ["shop:*"], read: false }]
admin: { user: root, passwordHash: "scrypt$16384$8$5$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }
publicUrl: https://example.com/realtime/
channels:
  - { match: "chat:*", subscribe: user, publish: subscribers, history: { messages: 5 }, maxMessageBytes: 1KiB }
  - { match: "*", history: false }
everyone: [news]
heartbeat: 100ms
drain: 0
sse: { maxLifetime: 1500 }
`)
  expect(config).toMatchObject({
    origins: ['https://app.example.com', 'http://localhost:3000', '*'],
    auth: { jwt: { issuer: 'me', audience: 'you', requireExp: false, previousSecret: `${SECRET}-old` } },
    apiKeys: [{ name: 'shop', key: 'k1', publish: ['shop:*'], read: false, admin: false }],
    publicUrl: 'https://example.com/realtime',
    heartbeatMs: 100,
    drainMs: 0,
    sse: { maxLifetimeMs: 1500 },
    everyone: ['news'],
  })
  expect(config.admin.password).toBeUndefined()
  expect(config.channels).toEqual([
    {
      match: 'chat:*',
      subscribe: 'user',
      publish: 'subscribers',
      history: { messages: 5, ageMs: 86_400_000, bytes: undefined },
      presence: false,
      maxMessageBytes: 1024,
    },
    {
      match: '*',
      subscribe: 'granted',
      publish: 'granted',
      history: null,
      presence: false,
      maxMessageBytes: undefined,
    },
  ])
})

test('the environment wins over the file', async () => {
  const env = {
    TWINWIRE_HOST: '::',
    TWINWIRE_PORT: '9000',
    TWINWIRE_DATA_DIR: 'elsewhere',
    TWINWIRE_API_KEY: 'from-env',
    TWINWIRE_JWT_SECRET: `${SECRET}-env`,
    TWINWIRE_ADMIN_PASSWORD: 'env-password',
    TWINWIRE_ORIGINS: 'https://a.example, https://b.example',
    TWINWIRE_LOG_LEVEL: 'debug',
  }
  const cwd = await folder(`
port: 1
apiKeys: [{ name: other, key: o }, { name: default, key: d, publish: ["a:*"] }]
admin: { passwordHash: "scrypt$16384$8$5$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }
`)
  const { config, generated, apiKeyFrom } = await loadConfig({ cwd, env })
  expect(config).toMatchObject({
    host: '::',
    port: 9000,
    dataDir: join(cwd, 'elsewhere'),
    origins: ['https://a.example', 'https://b.example'],
    auth: { jwt: { secret: `${SECRET}-env` } },
    admin: { user: 'admin', password: 'env-password' },
    logLevel: 'debug',
  })
  expect(config.admin.passwordHash).toBeUndefined()
  expect(config.apiKeys.map(key => [key.name, key.key, key.publish])).toEqual([
    ['other', 'o', ['*']],
    ['default', 'from-env', ['a:*']],
  ])
  expect(generated).toEqual({})
  expect(apiKeyFrom).toBe('environment')
})

test('an API key of the environment comes beside those of the file', async () => {
  const { config } = await load('apiKeys: [{ name: other, key: o }]', { TWINWIRE_API_KEY: 'e' })
  expect(config.apiKeys.map(key => [key.name, key.admin])).toEqual([
    ['default', true],
    ['other', false],
  ])
})

test('empty variables and the address that Kubernetes sets count as not given', async () => {
  const { config } = await load('port: 7000', { TWINWIRE_PORT: 'tcp://10.0.0.1:8080', TWINWIRE_HOST: '' })
  expect([config.host, config.port]).toEqual(['127.0.0.1', 7000])
})

test('TWINWIRE_CONFIG names the file, from the working directory on', async () => {
  const cwd = await folder('port: 7001', 'other.yaml')
  expect((await loadConfig({ cwd, env: { TWINWIRE_CONFIG: 'other.yaml' } })).config.port).toBe(7001)
  const missing = loadConfig({ cwd, env: { TWINWIRE_CONFIG: 'missing.yaml' } })
  await expect(missing).rejects.toThrow(/^TWINWIRE_CONFIG: there is no file missing\.yaml/)
  await expect(loadConfig({ cwd, env: { TWINWIRE_CONFIG: '.' } })).rejects.toThrow(
    /cannot be read \(EISDIR\)/,
  )
})

test('the configuration is frozen at every depth', async () => {
  const { config } = await load('channels: [{ match: "a" }]')
  expect(() => Object.assign(config.limits, { connections: 1 })).toThrow(TypeError)
  expect(() => Object.assign(config.channels[0]!.history!, { messages: 1 })).toThrow(TypeError)
  expect(() => (config.origins as string[]).push('*')).toThrow(TypeError)
})
