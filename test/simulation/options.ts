// What `npm run simulate` can be told, and what it says to options that it does not understand. Knows no life.

import { parseArgs } from 'node:util'

export interface Options {
  readonly seed: number
  /** Infinite unless given. */
  readonly runs: number
  readonly steps: number
  readonly seconds: number | null
  /** A kept life to be lived, instead of seeds. */
  readonly kept: string | null
  /** The name under which a failure is kept. */
  readonly save: string | null
}

const DEFAULT_STEPS = 300
const DEFAULT_SECONDS = 60
const MAX_SEED = 2 ** 32 - 1
const NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/

export const HELP = `Lives the core through random events and checks every promise of delivery.

  npm run simulate -- [options]

  --seed N      the first seed; the next lives take N + 1, N + 2, … (default: random)
  --runs R      how many lives (default: as many as the time allows)
  --steps S     events of a life, about (default: ${DEFAULT_STEPS})
  --seconds T   for how long (default: ${DEFAULT_SECONDS}, without --runs)
  --kept NAME   lives a kept life of test/simulation/kept instead
  --save NAME   keeps the shortest failing life there
  --help        this text

Ends with 0 when no promise was broken, with 1 when one was.`

/** Reads the command line; `wrong` is one sentence. */
export function readOptions(
  args: readonly string[],
  isKept: (name: string) => boolean,
): Options | { readonly help: true } | { readonly wrong: string } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        seed: { type: 'string' },
        runs: { type: 'string' },
        steps: { type: 'string' },
        seconds: { type: 'string' },
        kept: { type: 'string' },
        save: { type: 'string' },
        help: { type: 'boolean' },
      },
    })
    if (values.help) return { help: true }
    const { kept = null, save = null } = values
    if (kept !== null && !isKept(kept))
      throw new Error(`There is no kept life "${kept}" in test/simulation/kept.`)
    if (save !== null && !NAME.test(save))
      throw new Error(`--save takes a name such as "slow-reader-purge": "${save}" is none.`)
    const isTimed = values.runs === undefined || values.seconds !== undefined
    return {
      seed: readNumber('seed', values.seed, 0, Math.floor(Math.random() * MAX_SEED)),
      runs: readNumber('runs', values.runs, 1, Number.POSITIVE_INFINITY),
      steps: readNumber('steps', values.steps, 1, DEFAULT_STEPS),
      seconds: isTimed ? readNumber('seconds', values.seconds, 1, DEFAULT_SECONDS) : null,
      kept,
      save,
    }
  } catch (error) {
    return { wrong: `${(error as Error).message} See npm run simulate -- --help.` }
  }
}

function readNumber(name: string, text: string | undefined, least: number, otherwise: number): number {
  if (text === undefined) return otherwise
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= least && number <= MAX_SEED) return number
  throw new Error(`--${name} takes a whole number from ${least} to ${MAX_SEED}: "${text}" is none.`)
}
