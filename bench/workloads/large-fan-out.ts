// F8: one message to 15,000 connections, and whether the gateway answers others meanwhile.

import { twinwire } from '../servers/twinwire.ts'
import { SINGLE, single } from '../stages/single.ts'
import type { Workload } from '../workload.ts'

const options = { server: twinwire, channel: 'public:bench', connections: 15_000 }

export const largeFanOut: Workload = {
  name: 'large-fan-out',
  figure: 'F8',
  about: 'One message to 15,000 connections, while /healthz is asked all the time.',
  measures: [SINGLE.lagMs, SINGLE.healthMs, SINGLE.seconds],
  contenders: [
    single('twinwire, WebSocket', { ...options, transport: 'websocket' }),
    single('twinwire, SSE', { ...options, transport: 'sse' }),
  ],
  aims: [
    { measure: 'lagMs', of: 'twinwire, WebSocket', to: null, atMost: 20 },
    { measure: 'lagMs', of: 'twinwire, SSE', to: null, atMost: 20 },
  ],
  caveats: [
    'Whoever asks /healthz shares the core of the load, which reads 15,000 sockets at that moment: its figure holds those delays too.',
  ],
}
