// A terminal: one shell that remembers its variables between the blocks that are pasted into it. Knows no document.

import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { within } from '../harness/deadline.ts'
import type { Scope } from '../harness/scope.ts'

export interface Place {
  readonly folder: string
  readonly env: Readonly<Record<string, string | undefined>>
}

export interface Ran {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

const RUN_MS = 20_000
/** Stands in no output of ours: the sign for a record separator around the status. */
const DONE = /␞(\d+)␞/

export class Terminal {
  readonly #shell: ChildProcess
  readonly #folder: string
  #blocks = 0
  #stdout = ''
  #stderr = ''
  #look = () => {}

  constructor(scope: Scope, { folder, env }: Place) {
    this.#folder = folder
    this.#shell = spawn('/bin/sh', [], { cwd: folder, env, detached: true })
    scope.onTestFinished(() => endGroup(this.#shell))
    this.#shell.stdout!.setEncoding('utf8').on('data', text => {
      this.#stdout += text
      this.#look()
    })
    this.#shell.stderr!.setEncoding('utf8').on('data', text => {
      this.#stderr += text
    })
    this.#shell.on('close', () => this.#look())
    this.#shell.stdin!.on('error', () => {})
  }

  /** Runs a block as if it were pasted. A block that ends the shell has the status 127. */
  async paste(code: string): Promise<Ran> {
    this.#stdout = ''
    this.#stderr = ''
    const file = join(this.#folder, `.block-${this.#blocks++}.sh`)
    writeFileSync(file, `${code}\n`)
    // From a file, so that no program can take the following blocks for its input.
    this.#shell.stdin!.write(`. '${file}' </dev/null\nprintf '␞%s␞' "$?"\n`)
    const done = new Promise<number>(resolve => {
      this.#look = () => {
        const status = DONE.exec(this.#stdout)?.[1]
        if (status !== undefined) resolve(Number(status))
        else if (this.#shell.exitCode !== null) resolve(127)
      }
      this.#look()
    })
    const status = await within(done, () => `the end of: ${code}\n${this.#stdout}${this.#stderr}`, RUN_MS)
    return { status, stdout: this.#stdout.replace(DONE, ''), stderr: this.#stderr }
  }

  /** The variables that programs started here would get. */
  async exported(): Promise<Record<string, string>> {
    const { stdout } = await this.paste('env -0')
    return Object.fromEntries(
      Array.from(stdout.matchAll(/([^\0=]+)=([^\0]*)\0/g), ([, name, value]) => [name!, value!]),
    )
  }
}

/** A program in a terminal of its own, which goes on. */
export class Kept {
  readonly #child: ChildProcess
  #output = ''
  #look = () => {}

  constructor(scope: Scope, { folder, env }: Place, code: string) {
    this.#child = spawn('/bin/sh', ['-c', code], {
      cwd: folder,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    scope.onTestFinished(() => this.end())
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
      stream.setEncoding('utf8').on('data', text => {
        this.#output += text
        this.#look()
      })
    }
  }

  /** Waits until what it has printed so far is right. */
  prints(isRight: (output: string) => boolean, what: string): Promise<void> {
    const right = new Promise<void>(resolve => {
      this.#look = () => {
        if (isRight(this.#output)) resolve()
      }
      this.#look()
    })
    return within(right, () => `${what}\nIt printed: ${this.#output}`, RUN_MS)
  }

  end(): void {
    endGroup(this.#child)
  }
}

/** Ends a program and what it started. */
function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}
