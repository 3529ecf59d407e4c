// The last thing that went wrong in the gateway itself, for who looks later. Knows no log.

import type { Stats } from '../../shared/stats.ts'
import type { Clock } from '../core/clock.ts'

export interface LastProblem {
  note(message: string): void
  read(): Stats['problem'] | null
}

export function createLastProblem(clock: Clock): LastProblem {
  let problem: Stats['problem'] | null = null
  return {
    note(message) {
      problem = { message, time: clock() }
    },
    read: () => problem,
  }
}
