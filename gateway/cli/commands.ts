// The commands of `twinwire <command>`: one row each, its work in a file of its own. Starts no gateway.

import { apiKey } from './api-key.ts'
import { backup } from './backup.ts'
import { type Command, UsageError } from './command.ts'
import { explain } from './explain.ts'
import { hashPassword } from './hash-password.ts'
import { key } from './key.ts'
import { restore } from './restore.ts'
import { token } from './token.ts'

const help: Command = {
  name: 'help',
  summary: 'prints this',
  async run() {
    const rows = [{ name: '', summary: 'starts the gateway' }, ...COMMANDS]
    const width = Math.max(...rows.map(({ name }) => name.length))
    for (const { name, summary } of rows) process.stdout.write(`twinwire ${name.padEnd(width)}  ${summary}\n`)
  },
}

const COMMANDS: readonly Command[] = [apiKey, backup, explain, hashPassword, help, key, restore, token]
const HELP_FLAGS = ['--help', '-h']

/** Runs the command that the words after `twinwire` name. Throws UsageError when there is none of that name. */
export async function runCommand([name, ...args]: readonly string[]): Promise<void> {
  const asked = HELP_FLAGS.includes(name ?? '') ? 'help' : name
  const command = COMMANDS.find(each => each.name === asked)
  if (command) return command.run(args)
  const names = COMMANDS.map(each => each.name).join(', ')
  throw new UsageError(`there is no command "${name}": start it without arguments, or with one of: ${names}`)
}
