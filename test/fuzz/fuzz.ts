// `npm run fuzz`: throws generated input at a gateway of its own until told to stop, and says what came of it. Knows no case.

import { parseArgs } from 'node:util'
import { chosenSeed } from '../harness/seed.ts'
import { runCampaign, TARGET_NAMES, type TargetName } from './campaign.ts'

const USAGE = `npm run fuzz -- [${TARGET_NAMES.join('|')}] [--cases N] [--seed S] [--episode E] [--outcomes]`
const DEFAULT_CASES = '50000'

const say = (text: string) => process.stdout.write(`${text}\n`)

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      cases: { type: 'string', default: DEFAULT_CASES },
      seed: { type: 'string', default: String(chosenSeed()) },
      episode: { type: 'string' },
      outcomes: { type: 'boolean', default: false },
    },
  })
  const targets = positionals.length === 0 ? TARGET_NAMES : positionals.map(readTarget)
  const seed = Number(values.seed)
  say(`fuzzing ${targets.join(', ')} with seed ${seed}`)
  const ends: (() => unknown)[] = []
  try {
    const { findings, tallies, figures } = await runCampaign(
      { onTestFinished: end => ends.push(end) },
      {
        targets,
        seed,
        cases: Number(values.cases),
        episode: values.episode === undefined ? undefined : Number(values.episode),
      },
    )
    for (const [target, tally] of tallies) {
      say(
        `${target}: ${tally.cases} cases, ${tally.distinct} distinct outcomes, the last new one at case ${tally.lastNewCase}`,
      )
      if (values.outcomes) for (const line of tally.lines()) say(`  ${line}`)
    }
    say(figures)
    for (const finding of findings) say(`\nFOUND: ${finding}`)
    say(`${findings.length} findings`)
    process.exitCode = findings.length === 0 ? 0 : 1
  } finally {
    for (const end of ends.reverse()) await end()
  }
}

function readTarget(name: string): TargetName {
  const target = TARGET_NAMES.find(known => known === name)
  if (!target) throw new Error(`There is nothing called "${name}" to fuzz: ${USAGE}`)
  return target
}

await main()
