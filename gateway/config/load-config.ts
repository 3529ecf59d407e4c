// Loads the configuration: the file, the environment over it, generated secrets for what neither gives. Starts nothing.

import { resolve } from 'node:path'
import { BUILT_IN_RULES, type ChannelRule } from '../core/channel-rules.ts'
import type { ApiKeyConfig, Config } from './config.ts'
import { ConfigError } from './config-error.ts'
import { describeRunning } from './describe-running.ts'
import { type Environment, readEnvironment } from './environment.ts'
import { readPublicKey } from './public-key.ts'
import { readYaml } from './read-yaml.ts'
import type { Running } from './running.ts'
import { readSettings, type Settings } from './schema.ts'
import { completeSecrets, type Secrets, secretsFile } from './secrets.ts'

type Overrides = ReturnType<typeof readEnvironment>

export interface LoadedConfig {
  readonly config: Config
  /** What this start has generated: to be shown once, on a terminal only. */
  readonly generated: Secrets
  /** Where generated secrets are kept. It exists unless every secret was given. */
  readonly secretsFile: string
  /**
   * Where the first API key comes from, for a `curl` line that works when pasted: read it from `secretsFile`
   * (member `apiKey`), from `$TWINWIRE_API_KEY`, or name the key that the configuration file gives.
   */
  readonly apiKeyFrom: 'secretsFile' | 'environment' | 'file'
  /** The configuration as it can be shown. */
  readonly running: Running
}

/** Loads and checks everything; throws ConfigError with one line for a person. */
export async function loadConfig(from: { cwd: string; env: Environment }): Promise<LoadedConfig> {
  const overrides = readEnvironment(from.env)
  const file = await readFile(from.cwd, from.env.TWINWIRE_CONFIG)
  const { settings } = file
  const dataDir = findDataDir(from.cwd, overrides, settings)
  const publicKey = await readPublicKey(settings.auth.jwt.publicKey, from.cwd)
  const { secrets, generated } = await completeSecrets(missingSecrets(settings, overrides), dataDir)
  const paths = { dataDir, publicKey, tls: tlsPaths(settings.tls, from.cwd) }
  const config = deepFreeze(assemble(settings, overrides, secrets, paths))
  return {
    config,
    generated,
    secretsFile: secretsFile(dataDir),
    apiKeyFrom: originOfKey(settings, overrides),
    running: describeRunning(file, overrides, { secrets, apiKeys: config.apiKeys }),
  }
}

/** The data folder alone, for commands that work on it: unlike the whole, it generates no secrets. */
export async function loadDataDir(from: { cwd: string; env: Environment }): Promise<string> {
  const { settings } = await readFile(from.cwd, from.env.TWINWIRE_CONFIG)
  return findDataDir(from.cwd, readEnvironment(from.env), settings)
}

function findDataDir(cwd: string, overrides: Overrides, settings: Settings): string {
  return resolve(cwd, overrides.TWINWIRE_DATA_DIR ?? settings.dataDir)
}

interface SettingsFile {
  /** Null: there is none. */
  readonly path: string | null
  /** As written. */
  readonly values: unknown
  readonly settings: Settings
}

/** A missing `twinwire.yaml` means defaults; a missing file that TWINWIRE_CONFIG names is a mistake. */
async function readFile(cwd: string, named: string | undefined): Promise<SettingsFile> {
  const name = named || 'twinwire.yaml'
  const path = resolve(cwd, name)
  const values = await readYaml(path, name)
  if (values === null && named) {
    throw new ConfigError(
      'TWINWIRE_CONFIG',
      `there is no file ${named}; name one that exists or unset the variable.`,
    )
  }
  if (values === null) return { path: null, values: {}, settings: readSettings({}, '') }
  if (typeof values !== 'object' || Array.isArray(values)) {
    throw new ConfigError(name, 'the file holds no keys; write one `key: value` a line.')
  }
  const settings = readSettings(values, '')
  checkTogether(settings)
  return { path, values, settings }
}

/** What each key allows on its own but not beside another. */
function checkTogether(settings: Settings): void {
  const { admin, limits } = settings
  if (admin.password !== undefined && admin.passwordHash !== undefined) {
    throw new ConfigError('admin.passwordHash', 'admin.password is given too; keep one of the two.')
  }
  if (limits.bodyBytes < limits.messageBytes) {
    throw new ConfigError(
      'limits.bodyBytes',
      `it is below limits.messageBytes (${limits.messageBytes}); raise it.`,
    )
  }
  checkAccounts(settings)
  const personal = settings.channels.findIndex(rule => rule.presence && rule.match.startsWith('@'))
  if (personal >= 0) {
    throw new ConfigError(
      `channels[${personal}].presence`,
      'a personal channel has one member, its user; leave presence out.',
    )
  }
  for (const [index, key] of (settings.apiKeys ?? []).entries()) {
    const earlier = settings.apiKeys!.slice(0, index)
    const at = `apiKeys[${index}]`
    if (earlier.some(other => other.name === key.name)) {
      throw new ConfigError(
        `${at}.name`,
        `an earlier key is called "${key.name}" too; give each its own name.`,
      )
    }
    if (earlier.some(other => other.key === key.key)) {
      throw new ConfigError(`${at}.key`, 'an earlier key has the same secret; give each its own.')
    }
  }
}

/** Every account has one password, and a name of its own: the audit log knows people by it. */
function checkAccounts({ admin, operators }: Settings): void {
  for (const [index, { user, password, passwordHash }] of operators.entries()) {
    const at = `operators[${index}]`
    if (password === undefined && passwordHash === undefined) {
      throw new ConfigError(`${at}.password`, 'neither it nor passwordHash is given; write one of the two.')
    }
    if (password !== undefined && passwordHash !== undefined) {
      throw new ConfigError(`${at}.passwordHash`, 'password is given too; keep one of the two.')
    }
    if (user === admin.user || operators.slice(0, index).some(other => other.user === user)) {
      throw new ConfigError(`${at}.user`, `there is an account "${user}" already; give each its own name.`)
    }
  }
}

function missingSecrets(settings: Settings, overrides: Overrides): (keyof Secrets)[] {
  const { admin, auth } = settings
  const missing: (keyof Secrets)[] = []
  if (originOfKey(settings, overrides) === 'secretsFile') missing.push('apiKey')
  const { secret, publicKey, jwksUrl } = auth.jwt
  // Where public keys check tokens, a secret that nobody asked for would be one more way in.
  if (!(overrides.TWINWIRE_JWT_SECRET ?? secret ?? publicKey ?? jwksUrl)) missing.push('jwtSecret')
  if (auth.hook && !(overrides.TWINWIRE_HOOK_SECRET ?? auth.hook.secret)) missing.push('hookSecret')
  if (!(overrides.TWINWIRE_ADMIN_PASSWORD ?? admin.password ?? admin.passwordHash))
    missing.push('adminPassword')
  return missing
}

function originOfKey(settings: Settings, overrides: Overrides): LoadedConfig['apiKeyFrom'] {
  if (overrides.TWINWIRE_API_KEY) return 'environment'
  return settings.apiKeys?.length ? 'file' : 'secretsFile'
}

/** What stands in files of its own, or names them. */
type Found = Pick<Config, 'dataDir' | 'tls'> & Pick<Config['auth']['jwt'], 'publicKey'>

function tlsPaths(tls: Settings['tls'], cwd: string): Config['tls'] {
  return tls && { cert: resolve(cwd, tls.cert), key: resolve(cwd, tls.key) }
}

function assemble(settings: Settings, env: Overrides, secrets: Secrets, found: Found): Config {
  const { heartbeat, drain, sse, auth, admin, audit, events, limits, ...rest } = settings
  const { receiveTimeout, ...counts } = limits
  const password = env.TWINWIRE_ADMIN_PASSWORD ?? admin.password ?? secrets.adminPassword
  const { publicKey, ...places } = found
  const secret = env.TWINWIRE_JWT_SECRET ?? auth.jwt.secret ?? secrets.jwtSecret
  return {
    ...rest,
    ...places,
    host: env.TWINWIRE_HOST ?? settings.host,
    port: env.TWINWIRE_PORT ?? settings.port,
    origins: env.TWINWIRE_ORIGINS ?? settings.origins,
    auth: {
      jwt: { ...auth.jwt, secret, publicKey },
      hook: toHook(auth.hook, env.TWINWIRE_HOOK_SECRET ?? auth.hook?.secret ?? secrets.hookSecret),
    },
    apiKeys: withDefaultKey(settings.apiKeys ?? [], env.TWINWIRE_API_KEY ?? secrets.apiKey),
    admin: password === undefined ? admin : { user: admin.user, password },
    audit: { entries: audit.entries, maxAgeMs: audit.age },
    events: { entries: events.entries, maxAgeMs: events.age },
    channels: settings.channels.length === 0 ? BUILT_IN_RULES : settings.channels.map(toRule),
    limits: { ...counts, receiveTimeoutMs: receiveTimeout },
    sse: { maxLifetimeMs: sse.maxLifetime },
    heartbeatMs: heartbeat,
    drainMs: drain,
    logLevel: env.TWINWIRE_LOG_LEVEL ?? settings.logLevel,
  }
}

function toHook(hook: Settings['auth']['hook'], secret: string | undefined): Config['auth']['hook'] {
  if (!hook) return undefined
  const { timeout, cache, ...rest } = hook
  return { ...rest, secret: secret!, timeoutMs: timeout, cacheMs: cache }
}

/** The key called `default` is replaced, or comes first; the scope that it has in the file stays. */
function withDefaultKey(keys: readonly ApiKeyConfig[], secret: string | undefined): readonly ApiKeyConfig[] {
  if (secret === undefined) return keys
  if (keys.some(key => key.name === 'default')) {
    return keys.map(key => (key.name === 'default' ? { ...key, key: secret } : key))
  }
  return [{ name: 'default', key: secret, publish: ['*'], read: true, admin: true }, ...keys]
}

function toRule(rule: Settings['channels'][number]): ChannelRule {
  const { history } = rule
  return {
    ...rule,
    history: history && { messages: history.messages, ageMs: history.age, bytes: history.bytes },
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const member of Object.values(value)) deepFreeze(member)
  }
  return value
}
