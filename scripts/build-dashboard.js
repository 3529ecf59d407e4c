// Builds the dashboard when it is missing or older than its sources. Knows no gateway; `npm start` and the tests run it.

import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'

const root = join(import.meta.dirname, '..')
const SOURCES = ['dashboard', 'clients/js', 'shared', 'package-lock.json']
const built = join(root, 'dashboard/dist/index.html')

/** The newest change below a path, in milliseconds since 1970; what the build itself writes does not count. */
function newestChange(path) {
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  const names = readdirSync(path).filter(name => name !== 'dist' && name !== 'node_modules')
  return Math.max(0, ...names.map(name => newestChange(join(path, name))))
}

function isStale() {
  if (!existsSync(built)) return true
  const builtAt = statSync(built).mtimeMs
  return SOURCES.some(source => newestChange(join(root, source)) > builtAt)
}

if (isStale()) {
  const begun = performance.now()
  process.stdout.write('Building the dashboard … ')
  await build({ root: join(root, 'dashboard'), logLevel: 'warn' })
  process.stdout.write(`done in ${((performance.now() - begun) / 1000).toFixed(1)} s\n`)
}
