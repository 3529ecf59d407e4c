// A fuzz run: episodes of some targets against one gateway, many at a time, until so many cases are done; what they found,
// and what was seen. Knows no case.

import type { Gateway } from '../harness/gateway.ts'
import type { Scope } from '../harness/scope.ts'
import { startBystanders } from './bystanders.ts'
import { Choices } from './choices.ts'
import { fuzzCommands } from './commands.ts'
import { Finding, inText, template } from './finding.ts'
import { fuzzHttp } from './http.ts'
import { watchProcess } from './process-watch.ts'
import { Tally } from './tally.ts'
import { fuzzWebSocket } from './websocket.ts'
import { createWorld, type World } from './world.ts'

const TARGETS = { websocket: fuzzWebSocket, http: fuzzHttp, commands: fuzzCommands } as const
/** What each takes of the cases of a run: about as much of its time. */
const SHARES = { websocket: 2, http: 1, commands: 3 } as const
export type TargetName = keyof typeof TARGETS
export const TARGET_NAMES = Object.keys(TARGETS) as TargetName[]

export interface CampaignOptions {
  readonly targets: readonly TargetName[]
  /** In all, shared among the targets. */
  readonly cases: number
  readonly seed: number
  /** Only this episode of the one target. */
  readonly episode?: number | undefined
  /** A run ends with the episodes that are under way by then, whatever is left of its cases… */
  readonly maxMs?: number | undefined
  /** … but each target has had so many, however slow the machine is. */
  readonly minCases?: number | undefined
}

export interface CampaignReport {
  /** A text for each finding, with what repeats it. */
  readonly findings: readonly string[]
  readonly tallies: ReadonlyMap<TargetName, Tally>
  readonly figures: string
}

/** So many episodes of a target at a time. */
const WORKERS = 12
/** Further ones of the same kind say nothing new. */
const MAX_FINDINGS = 20

/** Runs to the end, or until the gateway has died. */
export async function runCampaign(scope: Scope, options: CampaignOptions): Promise<CampaignReport> {
  const world = await createWorld(scope)
  const findings = new Map<string, string>()
  const note: Note = (error, repeat) => keep(findings, error, repeat)
  const bystanders = await startBystanders(scope, world.gateway)
  const watch = await watchProcess(world.gateway)
  const begun = performance.now()
  const tallies = new Map(options.targets.map(target => [target, new Tally()]))
  const shares = options.targets.reduce((sum, target) => sum + SHARES[target], 0)
  const running = [...tallies].map(([target, tally]) => {
    const cases = Math.ceil((options.cases * SHARES[target]) / shares)
    return runTarget(world, target, { ...options, cases }, tally, note)
  })
  await Promise.all(running)
  const seconds = (performance.now() - begun) / 1000
  const target = options.targets.length === 1 ? `${options.targets[0]} ` : ''
  const repeat = `npm run fuzz -- ${target}--cases ${options.cases} --seed ${options.seed}`
  for (const { stop } of [bystanders, watch]) await stop().catch(error => note(error, repeat))
  if (hasDied(world.gateway)) {
    const lastWords = world.gateway.stderr.slice(-3000)
    findings.set('died', `The gateway has died: ${lastWords}\n  again: ${repeat}`)
  }
  const cases = [...tallies.values()].reduce((sum, tally) => sum + tally.cases, 0)
  const figures =
    `${cases} cases in ${seconds.toFixed(1)} s (${Math.round(cases / seconds)} a second); ` +
    `bystanders: ${bystanders.count} messages each, the slowest after ${Math.round(bystanders.maxDelayMs)} ms; ` +
    `gateway: at most ${watch.peakRssBytes >> 20} MiB, event loop held ${Math.round(watch.maxLagMs)} ms`
  return { findings: [...findings.values()], tallies, figures }
}

type Note = (error: unknown, repeat: string) => void

/** Keeps the first finding of each kind; what is none is a mistake of the fuzzer. */
function keep(findings: Map<string, string>, error: unknown, repeat: string): void {
  if (!(error instanceof Finding)) throw error
  const kind = template(error.message)
  if (findings.size >= MAX_FINDINGS || findings.has(kind)) return
  const sent = error.sent.length > 0 ? `\n  sent: "${inText(error.sent)}"` : ''
  const story = error.story === undefined ? '' : `\n  story: ${error.story}`
  findings.set(kind, `${error.message}${sent}${story}\n  again: ${repeat}`)
}

async function runTarget(
  world: World,
  target: TargetName,
  { cases, seed, episode, maxMs = Number.POSITIVE_INFINITY, minCases = 0 }: CampaignOptions,
  tally: Tally,
  note: Note,
): Promise<void> {
  const end = performance.now() + maxMs
  let next = 0
  const run = async (number: number): Promise<void> => {
    try {
      await TARGETS[target](world, new Choices(seed, number), tally)
    } catch (error) {
      note(error, `npm run fuzz -- ${target} --seed ${seed} --episode ${number}`)
    }
  }
  if (episode !== undefined) return run(episode)
  const work = async (): Promise<void> => {
    const isOver = () => tally.cases >= cases || (performance.now() >= end && tally.cases >= minCases)
    while (!isOver() && !hasDied(world.gateway)) await run(next++)
  }
  await Promise.all(Array.from({ length: WORKERS }, work))
}

function hasDied({ pid }: Gateway): boolean {
  try {
    return !process.kill(pid, 0)
  } catch {
    return true
  }
}
