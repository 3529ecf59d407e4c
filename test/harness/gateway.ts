// A real gateway process for tests: its own folder, port and secrets; started, killed and started again. Knows no internals.

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Answer, type CallOptions, call } from './call.ts'
import { within } from './deadline.ts'
import { freePort } from './free-port.ts'
import type { Scope } from './scope.ts'
import { type Claims, signToken } from './token.ts'

export const ENTRY = join(import.meta.dirname, '../../gateway/twinwire.js')
export const API_KEY = 'test-key-of-the-black-box-suite-0123456789'
export const JWT_SECRET = 'test-secret-of-the-black-box-suite-0123456789'
export const PASSWORD = 'test-password-of-the-black-box-suite'

export interface GatewayOptions {
  /** Over the test defaults, key by key. */
  config?: Record<string, unknown>
  env?: Record<string, string>
  /** A folder that outlives this gateway; by default its own. */
  dataDir?: string
}

export interface Exit {
  code: number | null
  signal: string | null
}

export interface Gateway {
  readonly url: string
  readonly port: number
  readonly pid: number
  /** The working directory, with `twinwire.yaml` and, unless given, `data`. */
  readonly folder: string
  readonly dataDir: string
  readonly apiKey: string
  readonly stdout: string
  readonly stderr: string
  /** Settles when the process that runs now has ended. */
  readonly exited: Promise<Exit>
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<Exit>
  /** Starts again on the same port and data, after a `kill`. */
  restart(changes?: Record<string, unknown>): Promise<void>
  /** A call of the HTTP API with the API key, unless `key` says otherwise. */
  api(method: string, path: string, options?: CallOptions): Promise<Answer>
  /** Publishes with the API key and returns the id; fails on anything but 200. */
  publish(channel: string, data: unknown, more?: Record<string, unknown>): Promise<string>
  jwt(claims: Claims): string
}

export interface Run {
  child: ChildProcess
  stdout: string
  stderr: string
  exited: Promise<Exit>
}

/** Starts the entry in a folder, without waiting for anything. */
export function run(folder: string, env: Record<string, string> = {}, as?: { uid: number }): Run {
  const clean = Object.entries(process.env).filter(([name]) => !name.startsWith('TWINWIRE_'))
  const child = spawn(process.execPath, [ENTRY], {
    cwd: folder,
    env: { ...Object.fromEntries(clean), NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(as ? { uid: as.uid, gid: as.uid } : {}),
  })
  const started: Run = {
    child,
    stdout: '',
    stderr: '',
    exited: Promise.resolve({ code: null, signal: null }),
  }
  child.stdout.setEncoding('utf8').on('data', text => {
    started.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', text => {
    started.stderr += text
  })
  started.exited = new Promise(resolve => {
    child.on('close', (code, signal) => resolve({ code, signal }))
  })
  return started
}

/** Waits for a process that is about to end. */
export function untilEnd(started: Run): Promise<Exit> {
  return within(started.exited, () => `the gateway to end; it said ${started.stdout}${started.stderr}`)
}

/** A folder with a `twinwire.yaml` (JSON is YAML), removed when the scope ends. */
export async function makeFolder(scope: Scope, config: object | string = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'twinwire-test-'))
  // A process that was killed a moment ago may still write: then the folder is not empty at the first try.
  scope.onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 20 }))
  await writeConfig(folder, config)
  return folder
}

/** The configuration of tests: any port, known secrets, whatever the test adds. */
export function testConfig(config: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    port: 0,
    apiKeys: [{ name: 'test', key: API_KEY, publish: ['*'], read: true, admin: true }],
    auth: { jwt: { secret: JWT_SECRET } },
    admin: { user: 'admin', password: PASSWORD },
    ...config,
  }
}

export async function writeConfig(folder: string, config: object | string): Promise<void> {
  const text = typeof config === 'string' ? config : JSON.stringify(config, null, 2)
  await writeFile(join(folder, 'twinwire.yaml'), text)
}

/** Starts a gateway and waits until it listens; the process ends and its folder goes when the scope ends. */
export async function startGateway(scope: Scope, options: GatewayOptions = {}): Promise<Gateway> {
  const given = options.dataDir === undefined ? {} : { dataDir: options.dataDir }
  // Not any port: one that nobody else is given while the gateway is down between a kill and a restart.
  let config: Record<string, unknown> = testConfig({ ...given, port: await freePort(), ...options.config })
  const folder = await makeFolder(scope, config)
  let current = run(folder, options.env)
  scope.onTestFinished(() => end(current))
  const url = await listening(current)
  const port = Number(new URL(url).port)
  return {
    url,
    port,
    folder,
    dataDir: options.dataDir ?? join(folder, 'data'),
    apiKey: API_KEY,
    get pid() {
      return current.child.pid!
    },
    get stdout() {
      return current.stdout
    },
    get stderr() {
      return current.stderr
    },
    get exited() {
      return current.exited
    },
    kill(signal) {
      current.child.kill(signal)
      return within(current.exited, `the gateway to end after ${signal}`)
    },
    async restart(changes = {}) {
      config = { ...config, ...changes }
      await writeConfig(folder, { ...config, port })
      current = run(folder, options.env)
      await listening(current)
    },
    api: (method, path, call_ = {}) => call(url + path, method, { key: API_KEY, ...call_ }),
    publish: (channel, data, more = {}) => publish(url, { channel, data, ...more }),
    jwt: claims => signToken(JWT_SECRET, claims),
  }
}

async function publish(url: string, body: object): Promise<string> {
  const answer = await call(`${url}/api/publish`, 'POST', { key: API_KEY, body })
  if (answer.status !== 200) throw new Error(`Publishing was answered ${answer.status}: ${answer.text}`)
  return answer.json.id!
}

/** The URL from the ready line; fails with what the process wrote if it ends before. */
async function listening(started: Run): Promise<string> {
  const ready = new Promise<string>((resolve, reject) => {
    const look = () => {
      const match = /listening on (https?:\/\/\S+)\n/.exec(started.stdout)
      if (match) resolve(match[1]!)
    }
    started.child.stdout!.on('data', look)
    void started.exited.then(({ code }) =>
      reject(new Error(`The gateway ended (${code}): ${started.stderr}`)),
    )
  })
  return within(ready, () => `the ready line; stdout: ${started.stdout} stderr: ${started.stderr}`)
}

async function end(current: Run): Promise<void> {
  if (current.child.exitCode === null) current.child.kill('SIGKILL')
  await untilEnd(current)
}
