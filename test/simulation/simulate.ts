// Searches for a broken promise: `npm run simulate -- --help`. Lives from consecutive seeds, until one breaks a promise; its
// events are then made as few as possible, and the command is printed that repeats it. Knows no vitest.

import { describe, type Event } from './event.ts'
import { generateLife } from './generate.ts'
import { isKept, keep, readKept } from './kept.ts'
import { type Broken, live } from './life.ts'
import { HELP, type Options, readOptions } from './options.ts'
import { shorten } from './shorten.ts'

const SHORTEN_MS = 60_000
const TOLD_EVERY_MS = 1000

interface Total {
  lives: number
  events: number
  delivered: number
  acknowledged: number
  readonly begun: number
}

const say = (line: string): void => void process.stdout.write(`${line}\n`)

/** Runs what the options ask for; answers the exit code. */
async function simulate(options: Options): Promise<number> {
  const total: Total = { lives: 0, events: 0, delivered: 0, acknowledged: 0, begun: Date.now() }
  if (options.kept !== null) return search([readKept(options.kept)], options, total)
  return search(livesOf(options, total), options, total)
}

function* livesOf({ seed, runs, seconds, steps }: Options, total: Total): Generator<readonly Event[]> {
  const end = seconds === null ? Number.POSITIVE_INFINITY : total.begun + seconds * 1000
  for (let run = 0; run < runs && Date.now() < end; run += 1) yield generateLife(seed + run, steps)
}

async function search(lives: Iterable<readonly Event[]>, options: Options, total: Total): Promise<number> {
  let told = Date.now()
  for (const events of lives) {
    const lived = await live(events)
    if ('problem' in lived) return fail(events, lived, options, options.seed + total.lives)
    total.lives += 1
    total.events += events.length
    total.delivered += lived.delivered
    total.acknowledged += lived.acknowledged
    if (Date.now() - told < TOLD_EVERY_MS) continue
    told = Date.now()
    say(summary(total))
  }
  say(`${summary(total)}. No promise was broken.`)
  return 0
}

function summary({ lives, events, delivered, acknowledged, begun }: Total): string {
  const seconds = (Date.now() - begun) / 1000
  const rate = Math.round((lives / seconds) * 60)
  return `${lives} lives, ${events} events, ${acknowledged} acknowledged, ${delivered} delivered, ${seconds.toFixed(0)} s, ${rate} lives a minute`
}

async function fail(
  events: readonly Event[],
  broken: Broken,
  options: Options,
  seed: number,
): Promise<number> {
  const { kept, steps, save } = options
  say(`A promise is broken after ${broken.at} of ${events.length} events: ${broken.problem.message}`)
  const end = Date.now() + SHORTEN_MS
  let told = Date.now()
  const shortest = await shorten(events, broken, {
    isOver: () => Date.now() > end,
    onShorter: ({ length }) => {
      if (Date.now() - told < TOLD_EVERY_MS) return
      told = Date.now()
      say(`shortened to ${length} events`)
    },
  })
  say(`\nThe shortest list found: ${shortest.broken.problem.message}\n`)
  for (const event of shortest.events) say(`  ${describe(event)}`)
  const repeat = kept === null ? `--seed ${seed} --runs 1 --steps ${steps}` : `--kept ${kept}`
  say(`\nIt happens again with: npm run simulate -- ${repeat}`)
  if (save !== null) say(`Kept as ${keep(save, shortest.events)}, which npm test lives from now on.`)
  else if (kept === null) say('Add --save NAME to keep the list as a test.')
  return 1
}

const read = readOptions(process.argv.slice(2), isKept)
if ('help' in read) say(HELP)
else if ('wrong' in read) {
  process.stderr.write(`${read.wrong}\n`)
  process.exitCode = 2
} else process.exitCode = await simulate(read)
