// Makes the folder in which a gateway keeps everything. Knows nothing of what it will hold.

import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { ConfigError } from './config-error.ts'

/** Makes the folder and those above it, for the gateway's user only, unless they are there. Throws `ConfigError`. */
export function makeDataFolder(dataDir: string): void {
  try {
    makeFolder(dataDir)
  } catch (error) {
    throw new ConfigError(
      'dataDir',
      `the folder ${dataDir} cannot be made (${(error as Error).message}); create it, or name another.`,
    )
  }
}

/** Step by step, because `mkdir` with `recursive` never comes back where the system denies that a parent exists (/proc). */
function makeFolder(path: string): void {
  if (isFolder(path)) return
  const parent = dirname(path)
  if (parent !== path) makeFolder(parent)
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    // Another gateway, started at the same moment, may have been faster.
    if (!isFolder(path)) throw error
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}
