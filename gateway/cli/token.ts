// The command `twinwire token`: prints one client token for trying things out. Starts nothing.

import { parseArgs } from 'node:util'
import { mintToken } from '../access/mint-token.ts'
import { loadConfig } from '../config/load-config.ts'
import { parseDuration } from '../config/units.ts'
import { type Command, UsageError } from './command.ts'

const USAGE =
  "write token [--user NAME] [--subscribe PATTERN]… [--publish PATTERN]… [--expires 1h] [--info '{…}']"

const OPTIONS = {
  user: { type: 'string' },
  subscribe: { type: 'string', multiple: true },
  publish: { type: 'string', multiple: true },
  expires: { type: 'string', default: '1h' },
  info: { type: 'string' },
} as const

/** Prints the token alone, so that `$(twinwire token --user u1)` is it. */
export const token: Command = {
  name: 'token',
  summary: 'makes a client token',
  async run(args) {
    const now = Date.now()
    const claims = readClaims(args, now)
    const { config } = await loadConfig({ cwd: process.cwd(), env: process.env })
    const minted = await mintToken(claims, config.auth.jwt, now)
    if ('code' in minted) throw new UsageError(`${minted.message} Usage: ${USAGE}`)
    process.stdout.write(`${minted.token}\n`)
  },
}

function readClaims(args: readonly string[], nowMs: number): Record<string, unknown> {
  const { user, subscribe, publish, expires, info } = parse(args)
  const lifetimeMs = parseDuration(expires)
  if (lifetimeMs === null || lifetimeMs === 0) {
    throw new UsageError(`--expires ${expires} is no duration such as 5m, 1h or 7d; ${USAGE}`)
  }
  return {
    ...(user !== undefined && { sub: user }),
    ...(subscribe && { subscribe }),
    ...(publish && { publish }),
    ...(info !== undefined && { info: readInfo(info) }),
    exp: Math.ceil((nowMs + lifetimeMs) / 1000),
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values
  } catch (error) {
    throw new UsageError(`${(error as Error).message}; ${USAGE}`)
  }
}

function readInfo(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new UsageError(`--info is no JSON; ${USAGE}`)
  }
}
