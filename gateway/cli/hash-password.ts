// The command `twinwire hash-password`: makes the value of `admin.passwordHash` from a password on stdin. Starts nothing.

import { createInterface } from 'node:readline/promises'
import { hashPassword as makeHash } from '../access/passwords.ts'
import { type Command, UsageError } from './command.ts'

/** Reads one line and prints its hash; the password stays out of the process list and the shell's history. */
export const hashPassword: Command = {
  name: 'hash-password',
  summary: 'reads a password, prints what the configuration needs',
  async run() {
    if (process.stdin.isTTY) process.stderr.write('Password (shown while you type): ')
    const lines = createInterface({ input: process.stdin })
    const { value: password } = (await lines[Symbol.asyncIterator]().next()) as { value?: string }
    lines.close()
    if (!password)
      throw new UsageError('there was no password on stdin: echo -n … | npx twinwire hash-password')
    process.stdout.write(`${await makeHash(password)}\n`)
  },
}
