// What the configuration refuses, and whether the one line names the key, the value and what is allowed.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ConfigError } from '../../gateway/config/config-error.ts'
import { loadConfig } from '../../gateway/config/load-config.ts'

/** The one line that a configuration is refused with. */
async function refusal(yaml: string, env: Record<string, string> = {}): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), 'twinwire-config-'))
  onTestFinished(() => rm(cwd, { recursive: true, force: true }))
  await writeFile(join(cwd, 'twinwire.yaml'), yaml)
  const error: unknown = await loadConfig({ cwd, env }).then(
    () => new Error('the configuration was accepted'),
    error => error,
  )
  expect(error).toBeInstanceOf(ConfigError)
  const { message } = error as ConfigError
  expect(message).not.toContain('\n')
  return message
}

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
  ['trustProxy: yes', 'trustProxy: "yes" is not allowed; write true, false, or a list of the addresses'],
  [
    'trustProxy: [10.0.0.0/33]',
    'trustProxy[0]: "10.0.0.0/33" is not allowed; write an IP address, or a network',
  ],
  ['access: { api: { allow: [example.org] } }', 'access.api.allow[0]: "example.org" is not allowed'],
  [
    'access: { streams: { deny: ["fe80::1%eth0"] } }',
    'access.streams.deny[0]: "fe80::1%eth0" is not allowed',
  ],
  ['access: { streams: { deny: [10.0.0.0/8/8] } }', 'access.streams.deny[0]: "10.0.0.0/8/8" is not allowed'],
  ['durability: fast', 'durability: "fast" is not allowed; write normal, full.'],
  [
    'limits: { messageBytes: 64KB }',
    'limits.messageBytes: "64KB" is not allowed; write a size such as 64KiB',
  ],
  ['limits: { messageBytes: 2MiB }', 'limits.bodyBytes: it is below limits.messageBytes'],
  ['limits: [1]', 'limits: a list is not allowed; write a mapping with the keys connections,'],
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
  ['operators: [{ user: a }]', 'operators[0].password: neither it nor passwordHash is given'],
  [
    'operators: [{ user: a, password: x, passwordHash: "scrypt$16384$8$5$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }]',
    'operators[0].passwordHash: password is given too',
  ],
  ['operators: [{ user: admin, password: x }]', 'operators[0].user: there is an account "admin" already'],
  [
    'operators: [{ user: a, password: x }, { user: a, password: y }]',
    'operators[1].user: there is an account "a" already',
  ],
  ['operators: [{ user: a, password: x, role: boss }]', 'write operator, viewer.'],
  ['apiKeys: [{ name: a, key: x, publishPerSecond: 0 }]', 'apiKeys[0].publishPerSecond: 0 is not allowed'],
  ['channels: [{ match: "@*", presence: true }]', 'channels[0].presence: a personal channel has one member'],
  ['- 1', 'twinwire.yaml: the file holds no keys'],
])('%s is refused', async (yaml, expected) => {
  expect(await refusal(yaml)).toContain(expected)
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

test.each([
  'apiKeys: hunter2-hunter2',
  'apiKeys: [hunter2-hunter2]',
  'apiKeys: { name: a, key: hunter2-hunter2 }',
  'apiKeys: [{ name: a, key: { is: hunter2-hunter2 } }]',
  'admin: hunter2-hunter2',
  'admin: [{ password: hunter2-hunter2 }]',
  'operators: { user: a, password: hunter2-hunter2 }',
  'auth: hunter2-hunter2',
  'auth: { jwt: hunter2-hunter2 }',
  'auth: { jwt: { secret: [hunter2-hunter2] } }',
])('no error line repeats what may be a secret: %s', async yaml => {
  expect(await refusal(yaml)).not.toContain('hunter2')
})
