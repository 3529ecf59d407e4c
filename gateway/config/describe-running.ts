// Where each value of the loaded configuration comes from, told from its parts: file, environment, generated secrets.
// Reads nothing.

import type { ApiKeyConfig } from './config.ts'
import { KEYS_OF_VARIABLES, type readEnvironment } from './environment.ts'
import { describeSettings, type Override, type Running } from './running.ts'
import { readSettings } from './schema.ts'
import type { Secrets } from './secrets.ts'

const KEYS_OF_SECRETS = {
  apiKey: 'apiKeys',
  jwtSecret: 'auth.jwt.secret',
  hookSecret: 'auth.hook.secret',
  adminPassword: 'admin.password',
} as const satisfies Record<keyof Secrets, string>

export interface Completed {
  /** Those that neither the file nor the environment gives. */
  readonly secrets: Secrets
  /** With the one called default. */
  readonly apiKeys: readonly ApiKeyConfig[]
}

export function describeRunning(
  file: { readonly path: string | null; readonly values: unknown },
  env: ReturnType<typeof readEnvironment>,
  { secrets, apiKeys }: Completed,
): Running {
  const overrides = new Map<string, Override>()
  // A key of the configuration is not one secret but a list, of which the secret is a part.
  const valueAt = (key: string, value: unknown): unknown => (key === 'apiKeys' ? apiKeys : value)
  for (const [name, key] of entries(KEYS_OF_SECRETS)) {
    const value = secrets[name]
    if (value !== undefined) overrides.set(key, { value: valueAt(key, value), source: 'generated' })
  }
  for (const [variable, key] of entries(KEYS_OF_VARIABLES)) {
    const value = env[variable]
    if (value !== undefined)
      overrides.set(key, { value: valueAt(key, value), source: 'environment', variable })
  }
  return { file: file.path, settings: describeSettings(readSettings, file.values, overrides) }
}

function entries<T extends object>(table: T): [keyof T, T[keyof T]][] {
  return Object.entries(table) as [keyof T, T[keyof T]][]
}
