// Which core runs what: the server has one for itself, the load another. Knows no server.

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

export interface Cores {
  readonly server: number | null
  readonly load: number | null
  /** Why nothing is pinned, for the report; null when it is. */
  readonly unpinned: string | null
}

/** Two of the cores that this process may use. */
export function chooseCores(): Cores {
  const none = (unpinned: string): Cores => ({ server: null, load: null, unpinned })
  if (spawnSync('taskset', ['--version']).status !== 0) {
    return none('taskset is missing (package util-linux), so nothing is pinned and figures vary more')
  }
  const [server, load] = allowedCores()
  if (server === undefined || load === undefined) {
    return none('there is one core only, so server and load share it and deliveries per second say little')
  }
  return { server, load, unpinned: null }
}

/** The command line that runs a program on a core. */
export function pinned(core: number | null, program: string, args: readonly string[]): [string, string[]] {
  return core === null ? [program, [...args]] : ['taskset', ['-c', String(core), program, ...args]]
}

/** Containers often get a part of the machine: `Cpus_allowed_list: 0-3,8`. */
function allowedCores(): number[] {
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? ''
  return list.split(',').flatMap(part => {
    const [first, last = first] = part.split('-').map(Number)
    return Array.from({ length: last! - first! + 1 }, (_, index) => first! + index)
  })
}
