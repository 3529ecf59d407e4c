// Whether something built is older than what it was built from. Knows no builds.

import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** The newest change below a path, in milliseconds since 1970; what a build itself writes does not count. */
function newestChange(path) {
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  const names = readdirSync(path).filter(name => name !== 'dist' && name !== 'node_modules')
  return Math.max(0, ...names.map(name => newestChange(join(path, name))))
}

export function isStale(built, sources) {
  if (!existsSync(built)) return true
  const builtAt = statSync(built).mtimeMs
  return sources.some(source => newestChange(source) > builtAt)
}

/** Says what is built and how long it took. */
export async function announce(what, build) {
  const begun = performance.now()
  process.stdout.write(`Building the ${what} … `)
  await build()
  process.stdout.write(`done in ${((performance.now() - begun) / 1000).toFixed(1)} s\n`)
}
