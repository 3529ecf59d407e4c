// The PHP session example, started by the commands of its README: PHP's own server and a gateway. Knows no transport.

import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { poll } from './deadline.ts'
import { freePort } from './free-port.ts'
import { ENTRY, makeFolder } from './gateway.ts'
import type { Scope } from './scope.ts'

export const ROOT = join(import.meta.dirname, '../..')
export const EXAMPLE = join(ROOT, 'examples/php/session-auth')
const readme = readFileSync(join(EXAMPLE, 'README.md'), 'utf8')

export interface Place {
  readonly folder: string
  readonly page: string
  readonly gateway: string
}

/** The code block behind `<!-- run: NAME -->`, with the addresses and files of this test. */
export function commands(name: string, { folder, page, gateway }: Place): string {
  const block = new RegExp(`<!-- run: ${name} -->\\n\`\`\`sh\\n(.*?)^\`\`\`$`, 'ms').exec(readme)
  if (!block) throw new Error(`The README has no block "${name}".`)
  return block[1]!
    .replaceAll('127.0.0.1:8000', new URL(page).host)
    .replaceAll('127.0.0.1:8080', new URL(gateway).host)
    .replace('examples/php/session-auth/twinwire.yaml', join(folder, 'twinwire.yaml'))
    .replace('data/secrets.json', join(folder, 'data/secrets.json'))
    .replace('npm start', `exec '${process.execPath}' '${ENTRY}'`)
}

/** Starts what the README starts: PHP's own server and the gateway, in one process group. */
export async function startExample(t: Scope): Promise<Place> {
  const folder = await makeFolder(t)
  const [pagePort, port] = [await freePort(), await freePort()]
  const place = { folder, page: `http://127.0.0.1:${pagePort}`, gateway: `http://127.0.0.1:${port}` }
  // It ends with the hook, whose two seconds a slow machine may need for the first of PHP's answers.
  const config = `${await readFile(join(EXAMPLE, 'twinwire.yaml'), 'utf8')}    timeout: 30s\n`
  await writeFile(join(folder, 'twinwire.yaml'), config.replace('127.0.0.1:8000', `127.0.0.1:${pagePort}`))
  const child = spawn('/bin/sh', ['-c', commands('start', place)], {
    cwd: ROOT,
    env: {
      ...process.env,
      TWINWIRE_URL: place.gateway,
      TWINWIRE_PORT: String(port),
      TWINWIRE_DATA_DIR: join(folder, 'data'),
    },
    stdio: 'ignore',
    detached: true,
  })
  t.onTestFinished(() => process.kill(-child.pid!, 'SIGKILL'))
  const isUp = (url: string) => async () => ((await fetch(url).catch(() => null))?.ok ? true : null)
  await poll(isUp(place.page), 'the page')
  await poll(isUp(`${place.gateway}/healthz`), 'the gateway')
  return place
}
