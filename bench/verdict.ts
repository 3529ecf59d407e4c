// Whether an aim was reached, and by how much not. Pure.

import { type Figure, figureOf } from './figures.ts'
import type { Aim, Sample } from './workload.ts'

export interface Verdict {
  readonly figure: string
  /** What is judged, in words: `server CPU, µs a delivery: twinwire ÷ nchan`. */
  readonly what: string
  /** `≤ 1.15`; empty where the figure is only stated. */
  readonly aim: string
  readonly found: Figure
  /** Null where the figure is only stated. */
  readonly isMet: boolean | null
  /** How far it is from the aim as a part of it: 0.1 is a tenth beyond it, −0.1 a tenth better. */
  readonly beyond: number | null
}

/** Judges by the median over the rounds; null when a contender did not run. */
export function judge(
  aim: Aim,
  {
    title,
    figure,
    samples,
  }: { title: string; figure: string; samples: ReadonlyMap<string, readonly Sample[]> },
): Verdict | null {
  const { measure, of, to, atMost, atLeast } = aim
  const own = samples.get(of)
  const other = to === null ? null : samples.get(to)
  if (own === undefined || other === undefined) return null
  const found = figureOf(own.map((sample, round) => sample[measure]! / (other?.[round]?.[measure] ?? 1)))
  const bound = atMost ?? atLeast
  const beyond =
    bound === undefined ? null : atMost === undefined ? bound / found.median - 1 : found.median / bound - 1
  return {
    figure: aim.figure ?? figure,
    what: `${title}: ${to === null ? of : `${of} ÷ ${to}`}`,
    aim: bound === undefined ? '' : `${atMost === undefined ? '≥' : '≤'} ${bound}`,
    found,
    isMet: beyond === null ? null : beyond <= 0,
    beyond,
  }
}
