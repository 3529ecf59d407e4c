// Writes docs/api.md: starts a gateway for a moment and asks it for its description. Knows no call.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type ApiDocument, apiReference } from './api-reference.ts'

const ROOT = join(import.meta.dirname, '..')
const PAGE = 'docs/api.md'

const folder = mkdtempSync(join(tmpdir(), 'twinwire-docs-'))
const gateway = spawn(process.execPath, [join(ROOT, 'gateway/twinwire.js')], {
  cwd: folder,
  env: { PATH: process.env.PATH, TWINWIRE_PORT: '0' },
  stdio: ['ignore', 'pipe', 'inherit'],
})
const ended = once(gateway, 'close')
try {
  const response = await fetch(`${await address()}/api/openapi.json`)
  writeFileSync(join(ROOT, PAGE), apiReference((await response.json()) as ApiDocument))
  process.stdout.write(`${PAGE} is written.\n`)
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
