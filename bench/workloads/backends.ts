// The ways in for backends: HTTP one by one and in batches, and a WebSocket with many messages under way.

import { twinwire } from '../servers/twinwire.ts'
import { type FanOut, fanOut, PUBLISHING } from '../stages/fan-out.ts'
import type { Workload } from '../workload.ts'

const alone: Omit<FanOut, 'publishers'> = {
  server: twinwire,
  transport: 'websocket',
  channels: Array.from({ length: 8 }, (_, index) => `public:bench-${index}`),
  audience: { kind: 'nobody' },
}
const IN_FLIGHT = 256
const ONE_SOCKET = `a WebSocket, ${IN_FLIGHT} under way`

export const backends: Workload = {
  name: 'backends',
  figure: 'H1',
  about: 'Publishing to 8 channels that nobody listens to, by each of the ways that a backend has.',
  measures: [
    PUBLISHING.publishMicros,
    PUBLISHING.publishesPerSecond,
    PUBLISHING.publishesPerCpuSecond,
    PUBLISHING.serverBusy,
    PUBLISHING.loadBusy,
  ],
  contenders: [
    fanOut('HTTP, one by one', { ...alone, publishers: 1 }),
    fanOut('HTTP, 32 at once', { ...alone, publishers: 32 }),
    fanOut('HTTP, 100 a request', { ...alone, publishers: 1, batch: 100 }),
    fanOut(ONE_SOCKET, { ...alone, publishers: 1, inFlight: IN_FLIGHT }),
    fanOut(`8 WebSockets, ${IN_FLIGHT} under way on each`, { ...alone, publishers: 8, inFlight: IN_FLIGHT }),
  ],
  aims: [{ measure: 'publishMicros', of: ONE_SOCKET, to: 'HTTP, 32 at once' }],
  caveats: [
    'Every message is committed before it is answered, and answers come in the order of the messages.',
  ],
}
