// Secrets that nobody gave: generated on the first start, kept in the data folder, reused ever after (protocol §9).
// Knows no configuration file.

import { randomBytes } from 'node:crypto'
import { link, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigError } from './config-error.ts'
import { makeDataFolder } from './data-folder.ts'
import { apiKey, jwtSecret, password } from './schema.ts'

export interface Secrets {
  apiKey?: string
  jwtSecret?: string
  adminPassword?: string
  hookSecret?: string
}
type SecretName = keyof Secrets

export interface CompletedSecrets {
  readonly secrets: Secrets
  readonly generated: Secrets
}

const CHECKS = { apiKey, jwtSecret, adminPassword: password, hookSecret: jwtSecret }

/** 192 bits, in letters that survive a shell, a URL and a double click. */
const GENERATE: Record<SecretName, () => string> = {
  apiKey: () => `tw_${randomBytes(24).toString('hex')}`,
  jwtSecret: () => randomBytes(32).toString('hex'),
  adminPassword: () => randomBytes(12).toString('hex'),
  hookSecret: () => randomBytes(32).toString('hex'),
}

/** The file of the generated secrets. One secret a line, so that a shell can read it with sed. */
export function secretsFile(dataDir: string): string {
  return join(dataDir, 'secrets.json')
}

/**
 * Finds the `missing` secrets in the data folder, and generates and keeps those that are not there yet.
 * Throws ConfigError when the file cannot be read, understood or written; touches nothing when nothing is missing.
 */
export async function completeSecrets(
  missing: readonly SecretName[],
  dataDir: string,
): Promise<CompletedSecrets> {
  if (missing.length === 0) return { secrets: {}, generated: {} }
  // Another gateway, started at the same moment, may be first to write: what it wrote counts.
  return (await complete(missing, dataDir)) ?? (await complete(missing, dataDir)) ?? giveUp(dataDir)
}

/** `null`: another gateway wrote the file between the look and the write. */
async function complete(missing: readonly SecretName[], dataDir: string): Promise<CompletedSecrets | null> {
  const kept = await readSecrets(secretsFile(dataDir))
  const generated: Secrets = {}
  for (const name of missing) if (kept?.[name] === undefined) generated[name] = GENERATE[name]()
  if (Object.keys(generated).length > 0) {
    const won = await writeSecrets(dataDir, { ...kept, ...generated }, kept === null)
    if (!won) return null
  }
  const all = { ...kept, ...generated }
  const secrets = Object.fromEntries(missing.map(name => [name, all[name]])) as Secrets
  return { secrets, generated }
}

/** Something stands there that is no file to read and no place to write: a link that leads nowhere. */
function giveUp(dataDir: string): never {
  throw new ConfigError(secretsFile(dataDir), 'this is a link to a file that does not exist; remove it.')
}

async function readSecrets(file: string): Promise<Secrets | null> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    // A file in the place of the folder: it is told as such when the folder is made.
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return null
    throw new ConfigError(file, `the file cannot be read (${codeOf(error)}); let the gateway's user read it.`)
  }
  const kept = parseObject(text)
  if (!kept)
    throw new ConfigError(file, 'this is no JSON object; restore it, or remove it to get new secrets.')
  for (const [name, check] of Object.entries(CHECKS)) {
    if (kept[name] !== undefined) check(kept[name], `${file}: ${name}`)
  }
  return kept
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? { ...value } : null
  } catch {
    return null
  }
}

/**
 * Writes the whole file beside its place and moves it there, so that a crash leaves the old one or the new one.
 * `first`: by a link, which fails if another gateway was faster; then `false`.
 */
async function writeSecrets(dataDir: string, secrets: Secrets, first: boolean): Promise<boolean> {
  const file = secretsFile(dataDir)
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  makeDataFolder(dataDir)
  try {
    await writeDurably(draft, `${JSON.stringify(secrets, null, 2)}\n`)
    try {
      await (first ? link(draft, file) : rename(draft, file))
    } finally {
      await rm(draft, { force: true })
    }
    return true
  } catch (error) {
    if (first && codeOf(error) === 'EEXIST') return false
    const what = 'the generated secrets cannot be kept'
    throw new ConfigError(
      file,
      `${what} (${codeOf(error)}); make the folder writable or set dataDir to one that is.`,
    )
  }
}

async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function codeOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  return code ?? message
}
