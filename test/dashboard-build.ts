// Whether the built dashboard is older than what it is built from. Knows file times only.

import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const SOURCES = ['dashboard', 'clients/js', 'shared']

/** True when there is no build, or a source changed after it. */
export function isDashboardStale(root: string): boolean {
  const built = join(root, 'dashboard/dist/index.html')
  if (!existsSync(built)) return true
  const builtAt = statSync(built).mtimeMs
  return SOURCES.some(folder => newestIn(join(root, folder)) > builtAt)
}

function newestIn(folder: string): number {
  const times = readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter(entry => entry.isFile() && !/\/(dist|node_modules)(\/|$)/.test(entry.parentPath))
    .map(entry => statSync(join(entry.parentPath, entry.name)).mtimeMs)
  return Math.max(0, ...times)
}
