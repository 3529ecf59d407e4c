// The command `twinwire backup FILE`: copies the log into one file, also while the gateway runs. Knows no database.

import { statSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { loadDataDir } from '../config/load-config.ts'
import { backUp } from '../log/backup.ts'
import { type Command, UsageError } from './command.ts'
import { startProgress } from './progress.ts'

const USAGE = 'twinwire backup FILE [--force]'

export const backup: Command = {
  name: 'backup',
  summary: 'copies the log of a running or stopped gateway',
  async run(args) {
    const { target, force } = readArguments(args)
    const dataDir = await loadDataDir({ cwd: process.cwd(), env: process.env })
    const progress = startProgress('Copying the log')
    try {
      await backUp({ dataDir, target, force, onProgress: progress.tell })
    } finally {
      progress.end()
    }
    process.stdout.write(`The log of ${dataDir} is in ${target} (${statSync(target).size} bytes, checked).\n`)
  },
}

function readArguments(args: readonly string[]): { target: string; force: boolean } {
  const { positionals, values } = parse(args)
  const [target, ...more] = positionals
  if (!target || more.length > 0) throw new UsageError(`name one file to write: ${USAGE}`)
  return { target, force: values.force }
}

function parse(args: readonly string[]) {
  try {
    const options = { force: { type: 'boolean', default: false } } as const
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('.')[0]}: ${USAGE}`)
  }
}
