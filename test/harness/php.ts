// Publishing from PHP, with the example that comes with the project. Knows its command line only.

import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { API_KEY } from './gateway.ts'
import type { Scope } from './scope.ts'

const SCRIPT = join(import.meta.dirname, '../../examples/php/publish.php')

export interface PhpPublisher {
  /** Ids in the order they were acknowledged; grows while it runs. */
  readonly ids: readonly string[]
  /** Settles with the exit code and what it wrote to stderr. */
  readonly exited: Promise<{ code: number | null; stderr: string }>
}

/** Runs the example for one channel; `lines` are JSON texts, published one after the other. */
export function publishFromPhp(
  scope: Scope,
  url: string,
  channel: string,
  lines: readonly string[],
  key = API_KEY,
): PhpPublisher {
  const env = { ...process.env, TWINWIRE_URL: url, TWINWIRE_API_KEY: key }
  const child = spawn('php', [SCRIPT, channel, '-'], { env, stdio: ['pipe', 'pipe', 'pipe'] })
  scope.onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const ids: string[] = []
  let [rest, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', text => {
    const complete = (rest + text).split('\n')
    rest = complete.pop()!
    for (const line of complete) ids.push(JSON.parse(line).id)
  })
  child.stderr.setEncoding('utf8').on('data', text => {
    stderr += text
  })
  // A publisher that gave up closes its input early; its exit code tells.
  child.stdin.on('error', () => {})
  child.stdin.end(`${lines.join('\n')}\n`)
  const exited = new Promise<{ code: number | null; stderr: string }>(resolve => {
    child.on('close', code => resolve({ code, stderr }))
  })
  return { ids, exited }
}
