// A web server in front of a gateway, as docs/proxies.md configures it: an ordinary user's process in a folder of its own.
// Knows no protocol.

import { spawn } from 'node:child_process'
import { chown, readdir, readFile, writeFile } from 'node:fs/promises'
import { setDefaultAutoSelectFamilyAttemptTimeout } from 'node:net'
import { join } from 'node:path'
import { makeCertificate } from './certificate.ts'
import { DEADLINE_MS, poll, within } from './deadline.ts'
import { FRONT_FILES, type FrontKind, type FrontPlace } from './front-config.ts'
import { makeFolder } from './gateway.ts'
import type { Scope } from './scope.ts'

// Node gives each address of `localhost` a quarter of a second, however long this process is held up meanwhile, and there
// is but one that answers.
setDefaultAutoSelectFamilyAttemptTimeout(DEADLINE_MS)

/** Servers drop root's rights by themselves only where they are installed; these begin without them. */
const NOBODY = 65534

const COMMANDS: Record<FrontKind, (folder: string) => readonly string[]> = {
  nginx: folder => ['nginx', '-p', folder, '-c', 'nginx.conf', '-e', 'stderr'],
  caddy: folder => ['caddy', 'run', '--config', join(folder, 'Caddyfile'), '--adapter', 'caddyfile'],
  apache: folder => ['apache2', '-d', folder, '-f', 'apache.conf', '-D', 'FOREGROUND'],
}

export interface Front {
  /** By plain http and by https, the sub-path included. */
  readonly url: string
  readonly secureUrl: string
  /** The lines of its log of the requests to the gateway. */
  accessLog(): Promise<string>
}

/** Starts it and waits until it answers; it ends with the scope. */
export async function startFront(
  scope: Scope,
  kind: FrontKind,
  options: Omit<FrontPlace, 'folder'>,
): Promise<Front> {
  const folder = await makeFolder(scope)
  await makeCertificate(folder, 'front')
  for (const { name, text } of FRONT_FILES[kind]({ folder, ...options }))
    await writeFile(join(folder, name), text)
  const server = await startAsNobody(scope, folder, COMMANDS[kind](folder))
  const url = `http://localhost:${options.httpPort}/realtime`
  await server.answers(() => fetch(`${url}/healthz`))
  return {
    url,
    secureUrl: `https://localhost:${options.httpsPort}/realtime`,
    accessLog: () => readFile(join(folder, 'realtime.log'), 'utf8'),
  }
}

export interface Server {
  /** Waits until a call of it succeeds; fails with what it said if it ends before. */
  answers(ask: () => Promise<unknown>): Promise<void>
}

/** Runs a server in the foreground, its folder its own; it is asked to end when the scope does, its workers with it. */
export async function startAsNobody(
  scope: Scope,
  folder: string,
  command: readonly string[],
): Promise<Server> {
  const isRoot = process.getuid?.() === 0
  if (isRoot) await giveTo(NOBODY, folder)
  const child = spawn(command[0]!, command.slice(1), {
    cwd: folder,
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin`, HOME: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}),
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', text => {
    said += text
  })
  const ended = new Promise<void>((resolve, reject) => {
    child.on('exit', () => resolve())
    child.on('error', reject)
  })
  scope.onTestFinished(async () => {
    child.kill('SIGTERM')
    await within(ended, () => `${command[0]} to end; it said ${said}`)
  })
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject))
  const look = (ask: () => Promise<unknown>) => async () => {
    if (child.exitCode !== null) throw new Error(`${command[0]} ended (${child.exitCode}): ${said}`)
    return ask().then(
      () => true,
      () => null,
    )
  }
  return { answers: async ask => void (await poll(look(ask), `${command[0]} to answer`)) }
}

async function giveTo(user: number, folder: string): Promise<void> {
  await chown(folder, user, user)
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    await chown(join(entry.parentPath, entry.name), user, user)
}
