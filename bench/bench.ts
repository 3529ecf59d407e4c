// The bench: `npm run bench [-- name …]`. Runs each workload on its contenders in turns, prints tables, keeps the JSON.
//
//   name …        workloads whose name or figure is one of these: F1, storm-sse, growth; all without
//   --quick       small crowds and few rounds, to see that all works
//   --rounds 3  --seconds 1
//   --out FILE    where the JSON goes
//   --profile DIR CPU profiles of the servers that run on Node

import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { chooseCores } from './cores.ts'
import { MESSAGE_BYTES } from './message-text.ts'
import { describeMachine, describeVersions, type Report, type Result, resultOf } from './report.ts'
import { runWorkload } from './run.ts'
import { footOf, tableOf } from './table.ts'
import type { Bench, Workload } from './workload.ts'
import { WORKLOADS } from './workloads/workloads.ts'

const RESULTS = join(import.meta.dirname, 'results')
const QUICK_PART = 1 / 10
const WHOLE = { rounds: 3, seconds: 1 }
const QUICK = { rounds: 1, seconds: 0.5 }

interface Options {
  readonly names: readonly string[]
  readonly workloads: readonly Workload[]
  readonly isQuick: boolean
  readonly rounds: number
  readonly roundMs: number
  readonly out: string
  readonly profileFolder: string | null
}

function readOptions(): Options {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      out: { type: 'string' },
      profile: { type: 'string' },
    },
  })
  const isQuick = values.quick
  const usual = isQuick ? QUICK : WHOLE
  const rounds = Number(values.rounds ?? usual.rounds)
  const seconds = Number(values.seconds ?? usual.seconds)
  if (!(Number.isInteger(rounds) && rounds > 0 && seconds > 0)) {
    throw new Error('--rounds must be a whole number and --seconds a number, both above 0.')
  }
  // Only a whole run is worth a page; others must not take its place.
  const name = positionals.length === 0 && !isQuick ? 'whole.json' : 'last.json'
  return {
    names: positionals,
    workloads: chooseWorkloads(positionals),
    isQuick,
    rounds,
    roundMs: seconds * 1000,
    out: values.out ?? join(RESULTS, name),
    profileFolder: values.profile ?? null,
  }
}

function chooseWorkloads(names: readonly string[]): readonly Workload[] {
  if (names.length === 0) return WORKLOADS
  return names.flatMap(name => {
    const named = WORKLOADS.filter(
      workload =>
        workload.figure.toUpperCase() === name.toUpperCase() || `${workload.name}-`.startsWith(`${name}-`),
    )
    if (named.length > 0) return named
    const known = WORKLOADS.map(workload => `${workload.figure} ${workload.name}`).join(', ')
    throw new Error(`There is no workload ${name}; there are ${known}.`)
  })
}

/** The bench goes on without a peer that is not installed, and says how to have it. */
function missingPeers(workloads: readonly Workload[]): readonly string[] {
  const missing = workloads.flatMap(({ contenders }) => contenders.map(contender => contender.missing()))
  return [...new Set(missing.filter(each => each !== null))]
}

async function run(options: Options): Promise<Report> {
  const { isQuick, workloads, rounds, roundMs, profileFolder } = options
  const startedAt = performance.now()
  const loadAverage = loadavg()[0]!
  const cores = chooseCores()
  // What this process itself asks of a server must not run on the server's core.
  if (cores.load !== null) spawnSync('taskset', ['-cp', String(cores.load), String(process.pid)])
  const scaled = (count: number): number => (isQuick ? Math.ceil(count * QUICK_PART) : count)
  const bench: Bench = { cores, roundMs, profileFolder, scaled }
  const missing = missingPeers(workloads)
  for (const sentence of missing) tell(sentence)
  const failures: string[] = []
  const results: Result[] = []
  for (const workload of workloads) {
    try {
      const result = resultOf(await runWorkload(workload, { bench, rounds, tell }))
      process.stdout.write(tableOf(result))
      results.push(result)
    } catch (error) {
      // The others, of which some have taken minutes, are worth having all the same.
      failures.push(`${workload.name} failed: ${error instanceof Error ? error.message : error}`)
      tell(failures.at(-1)!)
      process.exitCode = 1
    }
  }
  return {
    date: new Date().toISOString(),
    command: commandOf(options),
    minutes: (performance.now() - startedAt) / 60_000,
    machine: describeMachine(),
    versions: describeVersions(),
    pinning: cores,
    messageBytes: MESSAGE_BYTES,
    isQuick,
    loadAverage,
    missing: [...missing, ...failures],
    results,
  }
}

/** What gives such a report again, wherever it was written to. */
function commandOf({ names, isQuick, rounds, roundMs }: Options): string {
  const args = [...names, ...(isQuick ? ['--quick'] : [])]
  const usual = isQuick ? QUICK : WHOLE
  if (rounds !== usual.rounds) args.push('--rounds', String(rounds))
  if (roundMs !== usual.seconds * 1000) args.push('--seconds', String(roundMs / 1000))
  return ['npm run bench', ...(args.length > 0 ? ['--', ...args] : [])].join(' ')
}

function tell(what: string): void {
  process.stderr.write(`bench: ${what}\n`)
}

async function main(): Promise<void> {
  if (process.platform !== 'linux') throw new Error('The bench reads CPU times from /proc: run it on Linux.')
  const options = readOptions()
  const report = await run(options)
  mkdirSync(dirname(options.out), { recursive: true })
  writeFileSync(options.out, `${JSON.stringify(report, null, 1)}\n`)
  process.stdout.write(footOf(report))
  tell(`the figures are in ${relative(process.cwd(), options.out)}, for npm run bench:page`)
}

main().catch(error => {
  tell(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
})
