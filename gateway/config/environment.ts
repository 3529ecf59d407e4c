// The environment variables that override the configuration file, checked like its keys. Knows no file.

import { group, optional, type Reader } from './fields.ts'
import { origin } from './names.ts'
import { integer, listOf, text } from './readers.ts'
import { apiKey, jwtSecret, logLevel, password } from './schema.ts'

export type Environment = Readonly<Record<string, string | undefined>>

const portText: Reader<number> = (value, at) =>
  integer(0, 65_535)(typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value, at)

const commaSeparated: Reader<readonly string[]> = (value, at) => {
  const items = String(value).split(',')
  return listOf(origin)(
    items.map(item => item.trim()).filter(item => item !== ''),
    at,
  )
}

const VARIABLES = {
  TWINWIRE_HOST: optional(text(), 'overrides host'),
  TWINWIRE_PORT: optional(portText, 'overrides port'),
  TWINWIRE_DATA_DIR: optional(text(), 'overrides dataDir'),
  TWINWIRE_API_KEY: optional(apiKey, 'adds the API key called default, or overrides it'),
  TWINWIRE_JWT_SECRET: optional(jwtSecret, 'overrides auth.jwt.secret'),
  TWINWIRE_HOOK_SECRET: optional(jwtSecret, 'overrides auth.hook.secret'),
  TWINWIRE_ADMIN_PASSWORD: optional(password, 'overrides admin.password and admin.passwordHash'),
  TWINWIRE_ORIGINS: optional(commaSeparated, 'overrides origins; separated by commas'),
  TWINWIRE_LOG_LEVEL: optional(logLevel, 'overrides logLevel'),
}

/** The key that a variable stands for. */
export const KEYS_OF_VARIABLES = {
  TWINWIRE_HOST: 'host',
  TWINWIRE_PORT: 'port',
  TWINWIRE_DATA_DIR: 'dataDir',
  TWINWIRE_API_KEY: 'apiKeys',
  TWINWIRE_JWT_SECRET: 'auth.jwt.secret',
  TWINWIRE_HOOK_SECRET: 'auth.hook.secret',
  TWINWIRE_ADMIN_PASSWORD: 'admin.password',
  TWINWIRE_ORIGINS: 'origins',
  TWINWIRE_LOG_LEVEL: 'logLevel',
} as const satisfies Record<keyof typeof VARIABLES, string>

const readVariables = group(VARIABLES)

/** Reads the overrides; throws ConfigError naming the variable. Other variables are not looked at. */
export function readEnvironment(env: Environment): ReturnType<typeof readVariables> {
  const given = Object.keys(VARIABLES).map(name => [name, isGiven(env[name]) ? env[name] : undefined])
  return readVariables(Object.fromEntries(given), '')
}

/**
 * An empty variable is how `${NAME:-}` says "not given". Kubernetes sets `TWINWIRE_PORT=tcp://…` in every pod beside
 * a Service that is called twinwire: that is an address of its own making, not a setting.
 */
function isGiven(value: string | undefined): boolean {
  return value !== undefined && value !== '' && !value.startsWith('tcp://')
}
