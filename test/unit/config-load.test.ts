// Loading the configuration: defaults, the file, the environment over it.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ConfigError } from '../../gateway/config/config-error.ts'
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

async function refusal(yaml: string, env: Record<string, string> = {}): Promise<string> {
  const error: unknown = await load(yaml, env).then(
    () => new Error('the configuration was accepted'),
    error => error,
  )
  expect(error).toBeInstanceOf(ConfigError)
  const { message } = error as ConfigError
  expect(message).not.toContain('\n')
  return message
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
      channelsPerConnection: 200,
      messageBytes: 65_536,
      bodyBytes: 1_048_576,
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

test.each([
  ['prot: 1', 'prot: there is no such key; did you mean port?'],
  ['limits: { messagebytes: 1 }', 'limits.messagebytes: there is no such key; did you mean messageBytes?'],
  [
    'channels: [{ match: a }, { match: b, histroy: false }]',
    'channels[1].histroy: there is no such key; did you mean history?',
  ],
  ['auth: { jwt: { sekret: x } }', 'auth.jwt.sekret: there is no such key; did you mean secret?'],
  ['__proto__: { port: 1 }', '__proto__: there is no such key; the keys here are host, port,'],
  ['constructor: 1', 'constructor: there is no such key;'],
  ['log: { zzzzzzzz: 1 }', 'log.zzzzzzzz: there is no such key; the keys here are maxBytes'],
])('an unknown key is refused by the nearest known name: %s', async (yaml, expected) => {
  expect(await refusal(yaml)).toContain(expected)
})

test.each([
  ['host: 127', 'host: 127 is not allowed; write text, in quotes.'],
  ['port: 65536', 'port: 65536 is not allowed; write a whole number from 0 to 65535.'],
  ['port: "8080"', 'port: "8080" is not allowed'],
  ['port: [1]', 'port: [1] is not allowed'],
  ['trustProxy: yes', 'trustProxy: "yes" is not allowed; write true or false.'],
  ['durability: fast', 'durability: "fast" is not allowed; write normal, full.'],
  [
    'limits: { messageBytes: 64KB }',
    'limits.messageBytes: "64KB" is not allowed; write a size such as 64KiB',
  ],
  ['limits: { messageBytes: 2MiB }', 'limits.bodyBytes: it is below limits.messageBytes'],
  ['limits: [1]', 'limits: [1] is not allowed; write a mapping with the keys connections,'],
  ['limits: { connections: 0 }', 'limits.connections: 0 is not allowed'],
  ['log: { maxBytes: 10 }', 'log.maxBytes: 10 is not allowed; write a size such as'],
  ['heartbeat: 25 sec', 'heartbeat: "25 sec" is not allowed; write a duration such as 250ms'],
  ['heartbeat: 0', 'from 50ms to 1h'],
  ['drain: -1', 'drain: -1 is not allowed'],
  ['channels: {}', 'channels: {} is not allowed; write a list.'],
  ['channels: [{}]', 'channels[0].match: this key is missing'],
  ['channels: [{ match: "a b" }]', 'channels[0].match: "a b" is not allowed; write a pattern'],
  ['channels: [{ match: "$stats" }]', 'channels[0].match: "$stats" is not allowed'],
  ['channels: [{ match: a, history: true }]', 'channels[0].history: true is not allowed'],
  ['channels: [{ match: a, history: { messages: 0 } }]', 'channels[0].history.messages: 0 is not allowed'],
  ['channels: [{ match: a, publish: all }]', 'write nobody, subscribers, user, granted.'],
  ['everyone: ["@ann"]', 'everyone[0]: "@ann" is not allowed'],
  ['everyone: ["news*"]', 'everyone[0]: "news*" is not allowed'],
  ['origins: [example.com]', 'origins[0]: "example.com" is not allowed; write scheme://host'],
  ['origins: ["https://example.com/"]', 'origins[0]: "https://example.com/" is not allowed'],
  ['origins: "*"', 'origins: "*" is not allowed; write a list.'],
  ['publicUrl: example.com', 'publicUrl: "example.com" is not allowed'],
  ['publicUrl: "ftp://example.com"', 'publicUrl: "ftp://example.com" is not allowed'],
  ['apiKeys: [{ name: a }]', 'apiKeys[0].key: this key is missing'],
  [
    'apiKeys: [{ name: a, key: x }, { name: a, key: y }]',
    'apiKeys[1].name: an earlier key is called "a" too',
  ],
  [
    'apiKeys: [{ name: a, key: x }, { name: b, key: x }]',
    'apiKeys[1].key: an earlier key has the same secret',
  ],
  ['admin: { password: a, passwordHash: b }', 'admin.passwordHash: a text of 1 bytes is not allowed'],
  [
    'admin: { password: a, passwordHash: "scrypt$16384$8$5$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }',
    'admin.passwordHash: admin.password is given too; keep one of the two.',
  ],
  [
    'admin: { passwordHash: "scrypt$1000$8$5$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }',
    'N a power of two',
  ],
  [
    'auth: { jwt: { secret: short } }',
    'auth.jwt.secret: a text of 5 bytes is not allowed; write a secret of 32 bytes',
  ],
  ['auth: { jwt: { previousSecret: short } }', 'auth.jwt.previousSecret: a text of 5 bytes'],
  ['- 1', 'twinwire.yaml: the file holds no keys'],
])('%s is refused', async (yaml, expected) => {
  expect(await refusal(yaml)).toContain(expected)
})

test.each([
  ['channels: [{ match: a, presence: true }]', 'channels[0].presence'],
  ['auth: { hook: { url: "https://example.com/hook" } }', 'auth.hook'],
  ['auth: { jwt: { publicKey: "-----BEGIN PUBLIC KEY-----" } }', 'auth.jwt.publicKey'],
  ['auth: { jwt: { jwksUrl: "https://example.com/jwks" } }', 'auth.jwt.jwksUrl'],
])('what nothing would honour is refused: %s', async (yaml, key) => {
  expect(await refusal(yaml)).toMatch(
    new RegExp(`^${key.replace(/[[\]]/g, '\\$&')}: this is not available in this version; `),
  )
})

test('secrets are never repeated', async () => {
  for (const yaml of [
    'auth: { jwt: { secret: hunter2 } }',
    'apiKeys: [{ name: a, key: "hunter2 x" }]',
    'admin: { passwordHash: hunter2 }',
  ]) {
    expect(await refusal(yaml)).not.toContain('hunter2')
  }
  expect(await refusal('', { TWINWIRE_JWT_SECRET: 'hunter2' })).toMatch(
    /^TWINWIRE_JWT_SECRET: a text of 7 bytes/,
  )
})

test.each([
  ['TWINWIRE_PORT', '80a'],
  ['TWINWIRE_PORT', '70000'],
  ['TWINWIRE_LOG_LEVEL', 'loud'],
  ['TWINWIRE_ORIGINS', 'https://a.example,b'],
])('%s=%s is refused by the name of the variable', async (name, value) => {
  expect(await refusal('', { [name]: value })).toMatch(new RegExp(`^${name}.* is not allowed; write `))
})

test.each([
  ['port: 1\nport: 2', /^twinwire\.yaml: line 2, column 1: Map keys must be unique\.$/],
  ['host: [1', /^twinwire\.yaml: line 1, column \d+: /],
  ['\thost: a', /^twinwire\.yaml: line 1, column 1: Tabs are not allowed/],
  ['host: !odd a', /^twinwire\.yaml: line 1, column 7: Unresolved tag: !odd\.$/],
  ['host: *nowhere', /^twinwire\.yaml: .*nowhere/],
])('YAML that cannot be read is told in one line with its place: %j', async (yaml, expected) => {
  expect(await refusal(yaml)).toMatch(expected)
})

test('a long value is shown in part, on one line', async () => {
  const message = await refusal(`durability: |\n  ${'line\n  '.repeat(100)}`)
  expect(message.length).toBeLessThan(200)
})
