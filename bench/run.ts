// Runs one workload: its contenders in turns, round by round. Knows no server and no report.

import type { Bench, Sample, Stage, Workload } from './workload.ts'

export interface Finding {
  readonly workload: Workload
  /** Contenders that ran, with what each round told. */
  readonly samples: ReadonlyMap<string, readonly Sample[]>
}

/** Contenders that are not installed are left out; `tell` hears what goes on. */
export async function runWorkload(
  workload: Workload,
  { bench, rounds: asked, tell }: { bench: Bench; rounds: number; tell: (what: string) => void },
): Promise<Finding> {
  const rounds = Math.min(asked, workload.maxRounds ?? asked)
  const open: { name: string; stage: Stage; samples: Sample[] }[] = []
  try {
    for (const { name, open: openStage, missing } of workload.contenders) {
      if (missing() !== null) continue
      tell(`${workload.name}: ${name} starts`)
      open.push({ name, stage: await openStage(bench), samples: [] })
    }
    for (const { stage } of open) await stage.warmUp()
    for (let round = 1; round <= rounds; round += 1) {
      tell(`${workload.name}: round ${round} of ${rounds}`)
      for (const { stage, samples } of open) samples.push(await stage.round())
    }
  } finally {
    for (const { stage } of open) await stage.close()
  }
  return { workload, samples: new Map(open.map(({ name, samples }) => [name, samples])) }
}
