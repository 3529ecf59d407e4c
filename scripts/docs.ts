// Writes what the documents have from the gateway itself: docs/api.md from the description that it gives when it is
// started for a moment, the tables of docs/configuration.md from its code. Knows no call and no key.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type ApiDocument, apiReference } from './api-reference.ts'
import { withTables } from './configuration-reference.ts'

const ROOT = join(import.meta.dirname, '..')

function write(page: string, text: string): void {
  writeFileSync(join(ROOT, page), text)
  process.stdout.write(`${page} is written.\n`)
}

write('docs/configuration.md', withTables(readFileSync(join(ROOT, 'docs/configuration.md'), 'utf8')))

const folder = mkdtempSync(join(tmpdir(), 'twinwire-docs-'))
const gateway = spawn(process.execPath, [join(ROOT, 'gateway/twinwire.js')], {
  cwd: folder,
  env: { PATH: process.env.PATH, TWINWIRE_PORT: '0' },
  stdio: ['ignore', 'pipe', 'inherit'],
})
const ended = once(gateway, 'close')
try {
  const response = await fetch(`${await address()}/api/openapi.json`)
  write('docs/api.md', apiReference((await response.json()) as ApiDocument))
} finally {
  gateway.kill('SIGKILL')
  await ended
  rmSync(folder, { recursive: true })
}

/** Where it listens, from its ready line. */
async function address(): Promise<string> {
  for await (const line of createInterface({ input: gateway.stdout })) {
    const found = /listening on (\S+)/.exec(line)
    if (found) return found[1]!
  }
  throw new Error('The gateway did not start; what it says stands above.')
}
