// What everybody in a torture testifies to. Types only.

import type { Model } from './model.ts'
import type { Trace } from './trace.ts'
import type { Verdict } from './verdict.ts'

export interface Witnesses {
  readonly model: Model
  readonly verdict: Verdict
  readonly trace: Pick<Trace, 'tell' | 'lastOf'>
  /** Milliseconds since 1970. */
  readonly clock: () => number
}
