// 1,000 WebSockets on one channel, messages published one after the other: what a single message costs.

import type { Workload } from '../workload.ts'

export const websocketOneAtATime: Workload = {
  name: 'WebSocket, one at a time',
  transport: 'websocket',
  subscribers: 1000,
  publishers: 1,
  targetMicros: 6.5,
}
