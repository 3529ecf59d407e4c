// 1,000 event streams on one channel, messages published one after the other.

import type { Workload } from '../workload.ts'

export const sseOneAtATime: Workload = {
  name: 'SSE, one at a time',
  transport: 'sse',
  subscribers: 1000,
  publishers: 1,
  targetMicros: null,
}
