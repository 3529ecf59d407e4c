// A command of the command line (`twinwire key …`), run in a gateway's folder. Knows no command.

import { spawn } from 'node:child_process'
import { within } from './deadline.ts'
import { ENTRY } from './gateway.ts'

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command to its end; not in this thread, so that what it meets can answer meanwhile. */
export async function runCommand(folder: string, ...args: string[]): Promise<Ran> {
  const child = spawn(process.execPath, [ENTRY, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  const ran = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', text => {
    ran.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', text => {
    ran.stderr += text
  })
  const closed = new Promise<number | null>(resolve => child.on('close', resolve))
  const code = await within(closed, () => `twinwire ${args[0]} to end; it said ${ran.stderr}`)
  return { code, ...ran }
}
