// How many files, and so sockets, the system lets this process have open. Knows no gateway.

import { readFileSync } from 'node:fs'

/** What is open beside connections: databases, logs, requests of the API. */
const BESIDE = 100

/** Why fewer connections than `connections` will find a place, and what to do, in one sentence; null when all will. */
export function fileShortage(connections: number, allowed: number): string | null {
  if (allowed >= connections + BESIDE) return null
  return `The system allows this process ${allowed} open files, and limits.connections is ${connections}: allow more (ulimit -n, LimitNOFILE), or set limits.connections to ${Math.max(1, allowed - BESIDE)}.`
}

/** Infinite where the system does not tell. */
export function allowedOpenFiles(): number {
  try {
    const [, allowed] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
    return Number(allowed ?? Number.POSITIVE_INFINITY)
  } catch {
    return Number.POSITIVE_INFINITY
  }
}
