// Debian's php-fpm with two pools, one for pages and the one of docs/proxies.md for the hook. Knows no web server.

import { readdirSync } from 'node:fs'
import { access, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startAsNobody } from './front.ts'
import { adapt, blockOf } from './front-config.ts'
import { makeFolder } from './gateway.ts'
import type { Scope } from './scope.ts'

export interface PhpFpm {
  readonly pagesSocket: string
  readonly hookSocket: string
}

export interface PhpFpmOptions {
  /** What the workers for pages find in their environment, and nothing else. */
  readonly env: Record<string, string>
  readonly hookSecret: string
}

/** Starts it and waits for its sockets; it ends with the scope. */
export async function startPhpFpm(scope: Scope, { env, hookSecret }: PhpFpmOptions): Promise<PhpFpm> {
  const folder = await makeFolder(scope)
  const [pagesSocket, hookSocket] = [join(folder, 'pages.sock'), join(folder, 'hook.sock')]
  const lines = Object.entries(env).map(([name, value]) => `env[${name}] = "${value}"`)
  const hook = adapt(blockOf('fpm'), {
    '/run/php/twinwire-hook.sock': hookSocket,
    'as in twinwire.yaml, or hookSecret of data/secrets.json': hookSecret,
  })
  // Who begins as an ordinary user becomes nobody else.
  const text = `[global]\nerror_log = ${folder}/fpm.log\n[pages]\nlisten = ${pagesSocket}
pm = static\npm.max_children = 2\ncatch_workers_output = yes\n${lines.join('\n')}
${hook.replaceAll(/^(user|group|listen\.owner) = .*\n/gm, '')}`
  await writeFile(join(folder, 'php-fpm.conf'), text)
  const command = [program(), '-F', '-O', '-d', `session.save_path=${folder}`, '-y', 'php-fpm.conf']
  const server = await startAsNobody(scope, folder, command)
  await server.answers(async () => Promise.all([access(pagesSocket), access(hookSocket)]))
  return { pagesSocket, hookSocket }
}

/** Debian's has its version in its name. */
function program(): string {
  const name = readdirSync('/usr/sbin').find(file => /^php-fpm[\d.]*$/.test(file))
  if (name === undefined) throw new Error('php-fpm is not installed: apt-get install php-fpm.')
  return join('/usr/sbin', name)
}
