// Rule R6: a short run of the fuzzer; a long one is `npm run fuzz -- --cases 1000000`. Knows no case.

import { expect, test } from 'vitest'
import { runCampaign, TARGET_NAMES } from '../../fuzz/campaign.ts'
import { chosenSeed } from '../../harness/seed.ts'

/** Enough for every kind of case many times over. */
const CASES = 30_000
const MAX_MS = 8000
/** On the slowest machine. */
const MIN_CASES = 200

test('[R6] generated input on every door harms nobody, and leaves nothing behind', async t => {
  const seed = chosenSeed()
  process.stdout.write(`seed ${seed}\n`)
  const report = await runCampaign(t, {
    targets: TARGET_NAMES,
    cases: CASES,
    minCases: MIN_CASES,
    seed,
    maxMs: MAX_MS,
  })
  process.stdout.write(`${report.figures}\n`)
  expect(report.findings).toEqual([])
  for (const [target, { cases }] of report.tallies) expect(cases, target).toBeGreaterThanOrEqual(MIN_CASES)
})
