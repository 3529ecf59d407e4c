// 1,000 event streams on one channel, 32 publishers at once.

import type { Workload } from '../workload.ts'

export const sse32Publishers: Workload = {
  name: 'SSE, 32 publishers',
  transport: 'sse',
  subscribers: 1000,
  publishers: 32,
  targetMicros: null,
}
