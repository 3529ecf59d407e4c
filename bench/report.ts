// What a run of the bench found, as data: everything that the table and the page are made of. Knows not how it was measured.

import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { join } from 'node:path'
import type { Cores } from './cores.ts'
import type { Finding } from './run.ts'
import { judge, type Verdict } from './verdict.ts'
import type { Measure, Sample } from './workload.ts'

export interface Report {
  /** ISO 8601. */
  readonly date: string
  readonly command: string
  readonly minutes: number
  readonly machine: {
    readonly cpu: string
    readonly cores: number
    readonly memoryGB: number
    readonly kernel: string
  }
  readonly versions: Readonly<Record<string, string>>
  readonly pinning: Cores
  readonly messageBytes: number
  readonly isQuick: boolean
  /** Of the last minute before the start: above 0 others used the cores too. */
  readonly loadAverage: number
  /** What was left out and how to have it, and what failed. */
  readonly missing: readonly string[]
  readonly results: readonly Result[]
}

export interface Result {
  readonly name: string
  readonly figure: string
  readonly about: string
  readonly measures: readonly Measure[]
  readonly contenders: readonly { readonly name: string; readonly samples: readonly Sample[] }[]
  readonly verdicts: readonly Verdict[]
  readonly caveats: readonly string[]
  readonly findings: readonly string[]
}

export function resultOf({ workload, samples }: Finding): Result {
  const { name, figure, about, measures, caveats, findings = [] } = workload
  const verdicts = workload.aims.flatMap(aim => {
    const { title } = measures.find(({ key }) => key === aim.measure)!
    return judge(aim, { title, figure, samples }) ?? []
  })
  const contenders = [...samples].map(([contender, each]) => ({ name: contender, samples: each }))
  return { name, figure, about, measures, contenders, verdicts, caveats, findings }
}

export function describeMachine(): Report['machine'] {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGB: Math.round(totalmem() / 1e9),
    kernel: release(),
  }
}

const ROOT = join(import.meta.dirname, '..')

/** What was measured, as far as it is installed. */
export function describeVersions(): Record<string, string> {
  const nginx = spawnSync('nginx', ['-v'], { encoding: 'utf8' })
  // It prints `libnginx-mod-nchan\t1:1.3.6+dfsg-2`.
  const nchan = spawnSync('dpkg-query', ['-W', 'libnginx-mod-nchan'], { encoding: 'utf8' })
  const socketIo = join(import.meta.dirname, 'node_modules/socket.io/package.json')
  return {
    Twinwire: `${versionIn(join(ROOT, 'package.json'))} (${commit()})`,
    Node: process.version.slice(1),
    ...(nginx.status === 0 && { nginx: /nginx\/(\S+)/.exec(nginx.stderr)?.[1] ?? 'unknown' }),
    ...(nchan.status === 0 && { nchan: nchan.stdout.trim().split('\t')[1] ?? 'unknown' }),
    ...(existsSync(socketIo) && { 'Socket.IO': versionIn(socketIo) }),
  }
}

function versionIn(path: string): string {
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).trim()
  } catch {
    return 'not from a repository'
  }
}
