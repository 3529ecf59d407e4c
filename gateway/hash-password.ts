// The command `twinwire hash-password`: makes the value of `admin.passwordHash` from a password on stdin. Starts nothing.

import { createInterface } from 'node:readline/promises'
import { hashPassword } from './access/passwords.ts'

/** The command line is wrong; the message says how it is right. */
export class UsageError extends Error {}

/** Reads one line and prints its hash; the password stays out of the process list and the shell's history. */
export async function runHashPassword(): Promise<void> {
  if (process.stdin.isTTY) process.stderr.write('Password (shown while you type): ')
  const lines = createInterface({ input: process.stdin })
  const { value: password } = (await lines[Symbol.asyncIterator]().next()) as { value?: string }
  lines.close()
  if (!password)
    throw new UsageError('there was no password on stdin: echo -n … | npx twinwire hash-password')
  process.stdout.write(`${await hashPassword(password)}\n`)
}
