// An example, started by the command of its README and ended as by Ctrl-C, after which nothing may be left. Knows no example.

import { spawn } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { within } from './deadline.ts'
import type { Scope } from './scope.ts'

/** Several examples may start at once, on a machine that has other things to do. */
const START_MS = 60_000
const START = join(import.meta.dirname, '../../examples/start.js')

export interface Example {
  /** What it says at the start. */
  readonly said: string
  /** Where its page is. */
  readonly page: string
  readonly gateway: string
  /** Ctrl-C: what is left of its files. Fails unless it ends with 0. */
  stop(): Promise<string[]>
}

/** Runs `npm run example NAME` without npm; `exited` settles when it has ended. */
async function run(t: Scope, name: string) {
  const folder = await mkdtemp(join(tmpdir(), 'twinwire-test-'))
  const child = spawn(process.execPath, [START, name], {
    env: { ...process.env, no_proxy: '*', TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const written = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', text => {
    written.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', text => {
    written.stderr += text
  })
  const exited = new Promise<number | null>(resolve => child.on('close', resolve))
  const end = async (): Promise<number | null> => {
    child.kill('SIGINT')
    return within(exited, () => `the example to end; it said ${written.stderr}`, START_MS)
  }
  t.onTestFinished(async () => {
    await end().catch(() => child.kill('SIGKILL'))
    await rm(folder, { recursive: true, force: true })
  })
  return { child, folder, written, exited, end }
}

/** Starts an example with a page, and waits until it says where that is. */
export async function startExample(t: Scope, name: string): Promise<Example> {
  const { child, folder, written, exited, end } = await run(t, name)
  const ready = new Promise<void>((resolve, reject) => {
    child.stdout.on('data', () => written.stdout.includes('Ctrl-C') && resolve())
    void exited.then(code => reject(new Error(`The example ended (${code}): ${written.stderr}`)))
  })
  await within(ready, () => `the example to start; it said ${written.stdout}${written.stderr}`, START_MS)
  const find = (what: RegExp) => what.exec(written.stdout)![1]!
  return {
    said: written.stdout,
    page: find(/open +(\S+)/),
    gateway: find(/dashboard +(\S+?)\/ /),
    async stop() {
      const code = await end()
      if (code !== 0) throw new Error(`The example ended with ${code}: ${written.stderr}`)
      return readdir(folder)
    },
  }
}

/** Runs an example that ends by itself; returns what it wrote. */
export async function runExample(t: Scope, name: string): Promise<string> {
  const { written, exited } = await run(t, name)
  const code = await within(exited, () => `the example to end; it said ${written.stdout}`, START_MS)
  if (code !== 0) throw new Error(`The example ended with ${code}: ${written.stderr}`)
  return written.stdout
}
