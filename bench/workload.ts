// One thing to measure: who competes, what each round tells, and what is to be reached. Types only.

import type { Cores } from './cores.ts'

/** Each of its contenders runs in turn, round by round, so that a slow minute of the machine hits all alike. */
export interface Workload {
  /** As on the command line: `one-publisher-websocket`. */
  readonly name: string
  /** The row of the table of aims that it belongs to: `F1`. */
  readonly figure: string
  /** What happens in a round, one sentence. */
  readonly about: string
  /** What each sample tells; the first one is what the chart shows. */
  readonly measures: readonly Measure[]
  readonly contenders: readonly Contender[]
  readonly aims: readonly Aim[]
  /** What a reader of the numbers has to know. */
  readonly caveats: readonly string[]
  /** What profiles say of the aims that are missed: where the time goes, and what would have to change. */
  readonly findings?: readonly string[]
  /** Fewer rounds than others, for one that takes long. */
  readonly maxRounds?: number
}

export interface Measure {
  /** Its name in a sample. */
  readonly key: string
  readonly title: string
  readonly digits: number
}

/** One round's findings, by the keys of the measures. */
export type Sample = Readonly<Record<string, number>>

export interface Contender {
  readonly name: string
  /** What has to be installed first, as a sentence; null when it can run. */
  missing(): string | null
  open(bench: Bench): Promise<Stage>
}

/** A contender ready to run, with all that lives from round to round. */
export interface Stage {
  /** Runs before the first round and is not counted: compilers warm up. */
  warmUp(): Promise<void>
  round(): Promise<Sample>
  close(): Promise<void>
}

/** What the bench gives every stage. */
export interface Bench {
  readonly cores: Cores
  /** How long a round lasts that has no length of its own, in ms. */
  readonly roundMs: number
  /** How many of so many connections or messages there really are: fewer in a quick run. */
  scaled(count: number): number
  /** A folder for CPU profiles of the servers, or null. */
  readonly profileFolder: string | null
}

/** What one measure should be: `of` against `to` (as a ratio, round by round), or by itself. */
export interface Aim {
  /** The row of the table of aims, where it is not the workload's: `F10`. */
  readonly figure?: string
  readonly measure: string
  readonly of: string
  readonly to: string | null
  readonly atMost?: number
  readonly atLeast?: number
}
