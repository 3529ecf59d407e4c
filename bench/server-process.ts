// A server under test as a process: pinned to a core, started until it listens, its CPU time read from /proc, ended by pid.
// Knows no protocol.

import { type ChildProcess, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { pinned } from './cores.ts'
import type { CpuSeconds, StartOptions } from './target.ts'

const START_DEADLINE_MS = 15_000
const STOP_DEADLINE_MS = 5000
/** The kernel tells CPU time in these (USER_HZ, 100 on every architecture that Node runs on). */
const TICKS_PER_SECOND = 100

export interface ServerProcess {
  readonly pid: number
  readonly port: number
  readonly startMs: number
  cpuSeconds(): Promise<CpuSeconds>
  stop(): Promise<void>
}

export interface ServerCommand extends Pick<StartOptions, 'core' | 'profileFolder'> {
  readonly script: string
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
}

/** Starts a Node program that prints `listening on http://HOST:PORT`; rejects if it ends or takes too long. */
export async function startProcess(command: ServerCommand): Promise<ServerProcess> {
  const { core, profileFolder, script, folder, env } = command
  const profiling = profileFolder === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`]
  const [program, args] = pinned(core, process.execPath, [...profiling, script])
  const startedAt = performance.now()
  const child = spawn(program, args, {
    cwd: folder,
    env: { ...process.env, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const port = await listeningPort(child)
  const startMs = performance.now() - startedAt
  const pid = child.pid!
  return { pid, port, startMs, cpuSeconds: () => readCpu(pid), stop: () => stop(child) }
}

function listeningPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = ''
    const fail = (what: string) => {
      clearTimeout(timer)
      child.kill('SIGKILL')
      reject(new Error(`The server ${what}: ${output.trim()}`))
    }
    const timer = setTimeout(() => fail(`did not listen within ${START_DEADLINE_MS} ms`), START_DEADLINE_MS)
    const read = (text: Buffer) => {
      output += text
      const match = /listening on http:\/\/[^\s]+:(\d+)/.exec(output)
      if (!match) return
      clearTimeout(timer)
      resolve(Number(match[1]))
    }
    child.stdout!.on('data', read)
    child.stderr!.on('data', read)
    child.once('error', error => fail(`cannot be started (${error.message})`))
    // Also later on: whoever talks to it then sees a lost connection only, and not why.
    child.once('exit', code => {
      if (code !== 0) process.stderr.write(`A server ended with code ${code}: ${output.trim()}\n`)
      fail(`ended with code ${code}`)
    })
  })
}

/** utime and stime of proc_pid_stat(5), fields 14 and 15; the name before them may hold spaces. */
async function readCpu(pid: number): Promise<CpuSeconds> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return { user: Number(fields[11]) / TICKS_PER_SECOND, system: Number(fields[12]) / TICKS_PER_SECOND }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = new Promise(resolve => child.once('exit', resolve))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS)
  await exited
  clearTimeout(timer)
}
