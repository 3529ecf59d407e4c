// A terminal: one process that remembers its variables between the blocks that are pasted into it. Knows no document.

import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEADLINE_MS, within } from '../harness/deadline.ts'
import type { Scope } from '../harness/scope.ts'
import type { Language } from './page.ts'

export interface Place {
  readonly folder: string
  readonly env: Readonly<Record<string, string | undefined>>
}

export interface Ran {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

const RUN_MS = DEADLINE_MS
/** Stands in no output of ours: the sign for a record separator around the status. */
const DONE = /␞(\d+)␞/

/** How blocks of a language are read one after the other by one process: the process, and what it is told of a file. */
interface Reader {
  readonly program: readonly string[]
  /** Runs the file and prints its status. */
  line(file: string): string
  /** What a file begins with. */
  readonly head: string
}

const READERS: Record<Language, Reader> = {
  sh: {
    program: ['/bin/sh'],
    // From a file, so that no program can take the following blocks for its input.
    line: file => `. '${file}' </dev/null\nprintf '␞%s␞' "$?"`,
    head: '',
  },
  php: {
    program: [
      'php',
      '-r',
      `while ($file = fgets(STDIN)) {
        try { include trim($file); $status = 0; } catch (Throwable $thrown) { fwrite(STDERR, $thrown); $status = 1; }
        echo '␞', $status, '␞';
      }`,
    ],
    line: file => file,
    head: '<?php\n',
  },
  js: {
    program: [process.execPath, '--experimental-eventsource', join(import.meta.dirname, 'js-console.ts')],
    line: file => file,
    head: '',
  },
}

/** Where blocks of one language are pasted: the shell, or what runs a program piece by piece. */
export class Terminal {
  readonly #child: ChildProcess
  readonly #folder: string
  readonly #language: Language
  #blocks = 0
  #stdout = ''
  #stderr = ''
  #look = () => {}

  constructor(scope: Scope, { folder, env }: Place, language: Language) {
    this.#folder = folder
    this.#language = language
    const [program, ...args] = READERS[language].program
    this.#child = spawn(program!, args, { cwd: folder, env, detached: true })
    scope.onTestFinished(() => this.end())
    this.#child.stdout!.setEncoding('utf8').on('data', text => {
      this.#stdout += text
      this.#look()
    })
    this.#child.stderr!.setEncoding('utf8').on('data', text => {
      this.#stderr += text
    })
    this.#child.on('close', () => this.#look())
    this.#child.stdin!.on('error', () => {})
  }

  /** Runs a block as if it were pasted. A block that ends the process has the status 127. */
  async paste(code: string): Promise<Ran> {
    this.#stdout = ''
    this.#stderr = ''
    const { line, head } = READERS[this.#language]
    const file = join(this.#folder, `.block-${this.#blocks++}.${this.#language}`)
    writeFileSync(file, `${head}${code}\n`)
    this.#child.stdin!.write(`${line(file)}\n`)
    const done = new Promise<number>(resolve => {
      this.#look = () => {
        const status = DONE.exec(this.#stdout)?.[1]
        if (status !== undefined) resolve(Number(status))
        else if (this.#child.exitCode !== null) resolve(127)
      }
      this.#look()
    })
    const status = await within(done, () => `the end of: ${code}\n${this.#stdout}${this.#stderr}`, RUN_MS)
    return { status, stdout: this.#stdout.replace(DONE, ''), stderr: this.#stderr }
  }

  end(): void {
    endGroup(this.#child)
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

  /** Waits until it prints a text; the next one is looked for behind it. `find` tells where a text ends. */
  prints(find: (output: string) => number | null, what: string): Promise<void> {
    const found = new Promise<void>(resolve => {
      this.#look = () => {
        const end = find(this.#output)
        if (end === null) return
        this.#look = () => {}
        this.#output = this.#output.slice(end)
        resolve()
      }
      this.#look()
    })
    return within(found, () => `${what}\nIt printed: ${this.#output}`, RUN_MS)
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
