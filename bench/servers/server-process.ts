// A server under test as a process: pinned to a core, started until it listens, its figures read from /proc, ended by pid.
// Knows no protocol.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { setTimeout as setTimeoutPromise } from 'node:timers/promises'
import { pinned } from '../cores.ts'
import type { CpuSeconds, StartOptions } from './server.ts'

const START_DEADLINE_MS = 15_000
const STOP_DEADLINE_MS = 5000
const CONNECT_AGAIN_MS = 10
/** The kernel tells CPU time in these (USER_HZ, 100 on every architecture that Node runs on). */
const TICKS_PER_SECOND = 100

export interface ServerProcess {
  readonly pid: number
  readonly port: number
  readonly startMs: number
  cpuSeconds(): Promise<CpuSeconds>
  residentBytes(): Promise<number>
  stop(): Promise<void>
}

export interface ServerCommand {
  readonly core: number | null
  readonly program: string
  readonly args: readonly string[]
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
  /** Where it will listen, for a program that does not say so. */
  readonly port?: number
  /** What ends it; SIGTERM unless given. */
  readonly stopSignal?: NodeJS.Signals
}

export interface NodeCommand extends Pick<StartOptions, 'core' | 'profileFolder'> {
  readonly script: string
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
}

/** Starts a Node program that prints `listening on http://HOST:PORT`; rejects if it ends or takes too long. */
export function startNode({ profileFolder, script, ...command }: NodeCommand): Promise<ServerProcess> {
  const profiling = profileFolder === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`]
  return startProcess({ ...command, program: process.execPath, args: [...profiling, script] })
}

/** Starts a program that prints where it listens, or listens on a known port; rejects if it ends or takes too long. */
export async function startProcess(command: ServerCommand): Promise<ServerProcess> {
  const { core, folder, env } = command
  const [program, args] = pinned(core, command.program, command.args)
  const startedAt = performance.now()
  const child = spawn(program, args, {
    cwd: folder,
    env: { ...process.env, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const port = await listeningPort(child, command.port)
  const startMs = performance.now() - startedAt
  const pid = child.pid!
  return {
    pid,
    port,
    startMs,
    cpuSeconds: () => readCpu(pid),
    residentBytes: () => readResident(pid),
    stop: () => stop(child, command.stopSignal),
  }
}

function listeningPort(child: ChildProcess, knownPort: number | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = ''
    const fail = (what: string) => {
      clearTimeout(timer)
      child.kill('SIGKILL')
      reject(new Error(`The server ${what}: ${output.trim()}`))
    }
    const timer = setTimeout(() => fail(`did not listen within ${START_DEADLINE_MS} ms`), START_DEADLINE_MS)
    const listens = (port: number) => {
      clearTimeout(timer)
      resolve(port)
    }
    const read = (text: Buffer) => {
      output += text
      const match = /listening on http:\/\/[^\s]+:(\d+)/.exec(output)
      if (match) listens(Number(match[1]))
    }
    if (knownPort !== undefined)
      untilAccepts(knownPort, child).then(
        () => listens(knownPort),
        () => {},
      )
    child.stdout!.on('data', read)
    child.stderr!.on('data', read)
    child.once('error', error => fail(`cannot be started (${error.message})`))
    // Also later on: whoever talks to it then sees a lost connection only, and not why.
    child.once('exit', code => {
      if (code !== 0 && !child.killed)
        process.stderr.write(`A server ended with code ${code}: ${output.trim()}\n`)
      fail(`ended with code ${code}`)
    })
  })
}

/** Resolves when somebody accepts connections on a port; rejects when the program that should has ended. */
async function untilAccepts(port: number, child: ChildProcess): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    try {
      await once(socket, 'connect')
      return
    } catch (error) {
      if (child.exitCode !== null) throw error
      await setTimeoutPromise(CONNECT_AGAIN_MS)
    } finally {
      socket.destroy()
    }
  }
}

/** utime and stime of proc_pid_stat(5), fields 14 and 15; the name before them may hold spaces. */
async function readCpu(pid: number): Promise<CpuSeconds> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return { user: Number(fields[11]) / TICKS_PER_SECOND, system: Number(fields[12]) / TICKS_PER_SECOND }
}

/** VmRSS of proc_pid_status(5), which is told in units of 1024 bytes. */
async function readResident(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)![1]) * 1024
}

async function stop(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = new Promise(resolve => child.once('exit', resolve))
  child.kill(signal)
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS)
  await exited
  clearTimeout(timer)
}
