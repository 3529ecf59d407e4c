// What the gateway counts of itself, as plain numbers that grow. Knows no metrics format.

import type { Code } from '../../shared/codes.ts'

export interface Counters {
  published: number
  delivered: number
  recovered: number
  gaps: number
  disconnects: Partial<Record<Code | 'closed', number>>
}

export function createCounters(): Counters {
  return { published: 0, delivered: 0, recovered: 0, gaps: 0, disconnects: {} }
}
