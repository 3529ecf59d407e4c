// 1,000 WebSockets on one channel, 32 publishers at once: what is saved by committing and writing together.

import type { Workload } from '../workload.ts'

export const websocket32Publishers: Workload = {
  name: 'WebSocket, 32 publishers',
  transport: 'websocket',
  subscribers: 1000,
  publishers: 32,
  targetMicros: 1,
}
