// `npm run torture`: tortures a real gateway for a while, tells how it goes, and ends with 1 if a promise was broken.
// Knows the command line only.

import { parseArgs } from 'node:util'
import { type Progress, World, type WorldOptions } from './world.ts'

const USAGE = `Usage: npm run torture -- [--seconds 60] [--seed N] [--readers 120] [--publishers 8]
         [--life-ms 1700] [--pause-ms 60] [--keep]

Starts a gateway on a fresh folder, harms it and its connections in every way there is, and checks
that everybody receives every acknowledged message once, in order, or is told of a gap.

  --life-ms    how long the gateway lives on average before it is killed
  --pause-ms   the longest pause of a publisher between two requests
  --keep       keeps the folder with the trace also when nothing broke`

const PROGRESS_EVERY_MS = 2000

const say = (text: string) => process.stdout.write(`${text}\n`)

function readOptions(): WorldOptions & { keep: boolean } {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '60' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 32)) },
      readers: { type: 'string', default: '120' },
      publishers: { type: 'string', default: '8' },
      'life-ms': { type: 'string', default: '1700' },
      'pause-ms': { type: 'string', default: '60' },
      keep: { type: 'boolean', default: false },
    },
  })
  const number = (name: Exclude<keyof typeof values, 'keep'>) => {
    const value = Number(values[name])
    if (!Number.isInteger(value) || value < 0)
      throw new TypeError(`--${name} must be a whole number, 0 or more.`)
    return value
  }
  return {
    seconds: number('seconds'),
    seed: number('seed'),
    readers: number('readers'),
    publishers: number('publishers'),
    lifeMs: number('life-ms'),
    maxPauseMs: number('pause-ms'),
    keep: values.keep,
  }
}

function tell(progress: Progress): string {
  const { seconds, kills, terms, acknowledged, duplicates, delivered, gaps, wideGaps, violations } = progress
  const memory = Math.round(process.memoryUsage.rss() / 2 ** 20)
  return (
    `${seconds} s: ${kills} kills, ${terms} stops, ${acknowledged} acknowledged (${duplicates} duplicates), ` +
    `${delivered} delivered, ${gaps} gaps (${wideGaps} wide), ${violations} violations, ${memory} MB`
  )
}

async function main(): Promise<void> {
  const { keep, ...options } = readOptions()
  say(`seed ${options.seed}; real processes do not repeat themselves, but their choices do`)
  const world = await World.create(options)
  say(`trace ${world.trace.path}`)
  let isInterrupted = false
  process.once('SIGINT', () => {
    isInterrupted = true
    say('Interrupted: ending processes and removing the folder.')
    void world.close(keep).finally(() => process.exit(130))
  })
  const timer = setInterval(() => say(tell(world.progress())), PROGRESS_EVERY_MS)
  let trouble: unknown = null
  try {
    await world.run()
  } catch (error) {
    trouble = error
  }
  clearInterval(timer)
  // What fails now, fails because it was interrupted.
  if (isInterrupted) return
  const progress = world.progress()
  const isBroken = world.verdict.count > 0 || trouble !== null
  await world.close(isBroken || keep)
  say(JSON.stringify(progress))
  if (trouble !== null)
    say(`The torture itself failed: ${trouble instanceof Error ? trouble.stack : trouble}`)
  if (world.verdict.count > 0) say(world.verdict.report())
  say(isBroken ? `BROKEN; the evidence is in ${world.folder}` : 'No promise was broken.')
  // Not by running out: Node then waits for ever for a handle of one of the thousands of sockets that were reset.
  process.exit(isBroken ? 1 : 0)
}

try {
  await main()
} catch (error) {
  say(error instanceof TypeError ? `${error.message}\n\n${USAGE}` : String(error))
  process.exitCode = 64
}
