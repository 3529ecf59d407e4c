// A PHP script of the client's tests, driven line by line: it says what it needs done, and waits until it is. Knows no gateway.

import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { within } from './deadline.ts'
import type { Scope } from './scope.ts'

export const PHP_CLIENT = join(import.meta.dirname, '../../clients/php')

export interface PhpScript {
  /** The next line it prints; fails with what it wrote to stderr if it ends before. */
  line(): Promise<string>
  say(text: string): void
  /** Answers one line with another, and fails on a line that was not expected. */
  answer(expected: string, text?: string): Promise<void>
  /** The lines that are left until it ends; fails unless it ends with 0. */
  rest(): Promise<string[]>
}

/** Runs a file with arguments; `env` tells it where the gateway is, `options` are PHP's own. */
export function runPhp(
  scope: Scope,
  file: string,
  args: readonly string[],
  env: Record<string, string>,
  options: readonly string[] = [],
): PhpScript {
  // A proxy of this machine has no business between a test and its gateway.
  const child = spawn('php', [...options, file, ...args], {
    env: { ...process.env, no_proxy: '*', ...env },
  })
  scope.onTestFinished(() => void child.kill('SIGKILL'))
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', text => {
    stderr += text
  })
  child.stdin.on('error', () => {})
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ended = new Promise<number | null>(resolve => {
    child.on('close', resolve)
  })
  const next = async (): Promise<string | null> => {
    const { value, done } = await within(lines.next(), () => `a line of ${file}; stderr: ${stderr}`)
    return done ? null : value
  }
  const succeed = async (): Promise<void> => {
    const code = await within(ended, () => `${file} to end; stderr: ${stderr}`)
    if (code !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${code}: ${stderr}`)
  }
  return {
    async line() {
      const line = await next()
      if (line !== null) return line
      await succeed()
      throw new Error(`${file} ended without another line: ${stderr}`)
    },
    say: text => void child.stdin.write(`${text}\n`),
    async answer(expected, text = '') {
      const line = await this.line()
      if (line !== expected) throw new Error(`Instead of "${expected}" it said "${line}". ${stderr}`)
      this.say(text)
    },
    async rest() {
      const left: string[] = []
      for (let line = await next(); line !== null; line = await next()) left.push(line)
      await succeed()
      return left
    },
  }
}

/** Runs one of the client's own test scripts. */
export function runPhpTest(
  scope: Scope,
  name: string,
  args: readonly string[],
  gateway: { readonly url: string },
  env: Record<string, string> = {},
): PhpScript {
  const file = join(PHP_CLIENT, `tests/${name}.php`)
  return runPhp(scope, file, args, { TWINWIRE_URL: gateway.url, TWINWIRE_API_KEY: 'a-key', ...env })
}
