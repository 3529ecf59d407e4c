// The bench: `node bench/bench.ts`. Runs every workload on every target, in turns, and prints what a delivery costs.
//
//   --rounds 5  --seconds 1   how long to measure
//   --only sse                workloads whose name contains this
//   --json                    JSON instead of a table
//   --profile DIR             CPU profiles of the servers

import { parseArgs } from 'node:util'
import { type Cores, chooseCores } from './cores.ts'
import { type Report, type Result, reportOf, resultOf, tableOf } from './report.ts'
import { type Round, Stage } from './stage.ts'
import type { Target } from './target.ts'
import { floor } from './targets/floor.ts'
import { nchan } from './targets/nchan.ts'
import { twinwire } from './targets/twinwire.ts'
import type { Workload } from './workload.ts'
import { sse32Publishers } from './workloads/sse-32-publishers.ts'
import { sseOneAtATime } from './workloads/sse-one-at-a-time.ts'
import { websocket32Publishers } from './workloads/websocket-32-publishers.ts'
import { websocketOneAtATime } from './workloads/websocket-one-at-a-time.ts'

const WORKLOADS: readonly Workload[] = [
  websocketOneAtATime,
  websocket32Publishers,
  sseOneAtATime,
  sse32Publishers,
]
const TARGETS: readonly Target[] = [twinwire, floor, nchan]
const STARTS = 3
/** Long enough for the compiler to have seen everything; not measured. */
const WARM_UP_MS = 1000

interface Options {
  readonly rounds: number
  readonly roundMs: number
  readonly only: string
  readonly json: boolean
  readonly profileFolder: string | null
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '1' },
      only: { type: 'string', default: '' },
      json: { type: 'boolean', default: false },
      profile: { type: 'string' },
    },
  })
  const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)]
  if (!(Number.isInteger(rounds) && rounds > 0 && seconds > 0)) {
    throw new Error('--rounds must be a whole number and --seconds a number, both above 0.')
  }
  return {
    rounds,
    roundMs: seconds * 1000,
    only: values.only,
    json: values.json,
    profileFolder: values.profile ?? null,
  }
}

async function run(options: Options): Promise<Report> {
  const cores = chooseCores()
  const workloads = WORKLOADS.filter(({ name }) => name.toLowerCase().includes(options.only.toLowerCase()))
  if (workloads.length === 0) throw new Error(`No workload's name contains "${options.only}".`)
  const startMs: number[] = []
  for (let start = 0; start < STARTS; start += 1) startMs.push(await measureStart(cores))
  const byStage = Map.groupBy(workloads, ({ transport, subscribers }) => `${transport} ${subscribers}`)
  const results: Result[] = []
  for (const sharing of byStage.values()) results.push(...(await runOnStage(sharing, cores, options)))
  return reportOf(cores, options.rounds, startMs, results)
}

/** The bench goes on without a peer that is not installed, and says how to have it. */
function presentTargets(): readonly Target[] {
  return TARGETS.filter(target => {
    const missing = target.missing()
    if (missing !== null) process.stderr.write(`bench: ${missing}\n`)
    return missing === null
  })
}

async function measureStart(cores: Cores): Promise<number> {
  const server = await twinwire.start({ transport: 'websocket', core: cores.server, profileFolder: null })
  await server.stop()
  return server.startMs
}

/** Workloads with the same audience share servers; rounds alternate, so that a slow minute of the machine hits all alike. */
async function runOnStage(
  workloads: readonly Workload[],
  cores: Cores,
  options: Options,
): Promise<readonly Result[]> {
  const { transport, subscribers } = workloads[0]!
  const runs: { workload: Workload; target: Target; stage: Stage; rounds: Round[] }[] = []
  const stages: Stage[] = []
  try {
    for (const target of presentTargets()) {
      const stage = await Stage.open(target, { transport, subscribers, cores, ...options })
      stages.push(stage)
      for (const workload of workloads) runs.push({ workload, target, stage, rounds: [] })
    }
    runs.sort((a, b) => workloads.indexOf(a.workload) - workloads.indexOf(b.workload))
    for (const { stage, workload } of runs) await stage.run(workload.publishers, WARM_UP_MS)
    for (let round = 1; round <= options.rounds; round += 1) {
      process.stderr.write(`${transport}: round ${round} of ${options.rounds}\n`)
      for (const { stage, workload, rounds } of runs) {
        rounds.push(await stage.run(workload.publishers, options.roundMs))
      }
    }
  } finally {
    for (const stage of stages) await stage.close()
  }
  return runs.map(({ workload, target, rounds }) => resultOf(workload, target.name, rounds))
}

async function main(): Promise<void> {
  if (process.platform !== 'linux') throw new Error('The bench reads CPU times from /proc: run it on Linux.')
  const options = readOptions()
  const report = await run(options)
  process.stdout.write(
    options.json ? `${JSON.stringify(report, null, 2)}\n` : `\n${tableOf(report, floor.name)}`,
  )
}

main().catch(error => {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
})
