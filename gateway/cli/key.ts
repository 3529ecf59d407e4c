// The command `twinwire key create|list|revoke`: API keys from the command line, also while the gateway runs. It writes
// to the records, where a running gateway sees it within a second. Starts nothing.

import { userInfo } from 'node:os'
import { parseArgs } from 'node:util'
import type { ApiKeys, KeyFailure } from '../access/api-keys.ts'
import type { KeyView } from '../access/held-key.ts'
import { loadConfig } from '../config/load-config.ts'
import { RecordsUnusable } from '../records/records-unusable.ts'
import { type Command, UsageError } from './command.ts'
import { withKeys } from './with-keys.ts'

const USAGE =
  'write key create NAME [--publish PATTERN]… [--read] [--admin] [--rate N], key list, or key revoke NAME'

export const key: Command = {
  name: 'key',
  summary: 'makes, lists and revokes API keys',
  async run(args) {
    const { values, positionals } = parse(args)
    const [act, name, ...more] = positionals
    const isCreate = act === 'create' && name !== undefined
    const isRevoke = act === 'revoke' && name !== undefined
    const isList = act === 'list' && name === undefined
    if (more.length > 0 || !(isCreate || isRevoke || isList)) throw new UsageError(USAGE)
    if (!isCreate && Object.keys(values).length > 0)
      throw new UsageError(`only create takes options; ${USAGE}`)
    const { config } = await loadConfig({ cwd: process.cwd(), env: process.env })
    withKeys(config, keys => {
      if (isCreate) print(create(keys, name, values))
      else if (isRevoke) revoke(keys, name)
      else for (const view of keys.list()) print(line(view))
    })
  },
}

interface Options {
  readonly publish?: string[]
  readonly read?: boolean
  readonly admin?: boolean
  readonly rate?: string
}

function parse(args: readonly string[]): { values: Options; positionals: string[] } {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        publish: { type: 'string', multiple: true },
        read: { type: 'boolean' },
        admin: { type: 'boolean' },
        rate: { type: 'string' },
      },
    })
  } catch (error) {
    throw new UsageError(`${(error as Error).message}; ${USAGE}`)
  }
}

function create(keys: ApiKeys, name: string, { publish = [], read, admin, rate }: Options): string {
  const scope = {
    name,
    publish,
    read: read === true,
    admin: admin === true,
    publishPerSecond: rate === undefined ? undefined : Number(rate),
  }
  const made = keys.create(scope, fromConsole())
  if ('code' in made) throw refusal(made)
  return made.key
}

function revoke(keys: ApiKeys, name: string): void {
  const refused = keys.revoke(name, fromConsole())
  if (refused) throw refusal(refused)
}

function refusal({ code, message }: KeyFailure): Error {
  return code === 'unavailable' ? new RecordsUnusable(message) : new UsageError(message)
}

function fromConsole() {
  return { actor: { kind: 'console', name: whoami() }, identity: null } as const
}

/** Containers run under numbers that have no name. */
function whoami(): string {
  try {
    return userInfo().username
  } catch {
    return `user ${process.getuid?.() ?? ''}`.trim()
  }
}

function line({ name, publish, read, admin, publishPerSecond, origin, lastUsed }: KeyView): string {
  const scope = publish.length > 0 ? [`publish ${publish.join(' ')}`] : []
  if (read) scope.push('read')
  if (admin) scope.push('admin')
  if (publishPerSecond !== undefined) scope.push(`${publishPerSecond} a second`)
  const used = lastUsed === undefined ? 'never used' : `last used ${new Date(lastUsed).toISOString()}`
  return [name, scope.join(', '), origin, used].join('\t')
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
